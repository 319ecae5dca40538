"""Recurrent, packed, quantised and fused layers: the FLOPs of their weights, however they are run."""

import unittest

from observed_job import CASES, JobTest, is_modern

JOB = CASES + """
import warnings
from torch.utils import mkldnn
warnings.filterwarnings("ignore")

def evaluate(name, net, *inputs):
    with torch.no_grad(), case(name):
        net.eval()(*inputs)

def train(name, net, x):
    with case(name):
        out = net(x)
        (out[0] if isinstance(out, tuple) else out).sum().backward()

x = torch.randn(7, 2, 5)
for kind in nn.LSTM, nn.GRU, nn.RNN:
    evaluate(kind.__name__, kind(5, 3), x)
    train(kind.__name__ + " trained", kind(5, 3), x)
evaluate("LSTM of two layers, both ways", nn.LSTM(5, 3, num_layers=2, bidirectional=True), x)
train("LSTM of two layers, both ways, trained", nn.LSTM(5, 3, num_layers=2, bidirectional=True), x)
evaluate("LSTMCell", nn.LSTMCell(5, 3), x[0])
evaluate("LSTM with projection", nn.LSTM(5, 4, proj_size=2), x)

if torch.backends.mkldnn.is_available():
    evaluate("mkldnn linear", mkldnn.to_mkldnn(nn.Linear(5, 3)), torch.randn(4, 5).to_mkldnn())
    evaluate("mkldnn conv", mkldnn.to_mkldnn(nn.Conv2d(3, 6, 4, padding=1)),
             torch.randn(2, 3, 6, 6).to_mkldnn())

if "fbgemm" in torch.backends.quantized.supported_engines:
    torch.backends.quantized.engine = "fbgemm"
    quantize = torch.ao.quantization.quantize_dynamic
    for name, dtype in ("int8", torch.qint8), ("fp16", torch.float16):
        net = quantize(nn.Sequential(nn.Linear(5, 3), nn.ReLU(), nn.Linear(3, 2)), {nn.Linear}, dtype=dtype)
        for time in "first", "again":
            evaluate("dynamic %s %s" % (name, time), net, torch.randn(4, 5))

    net = nn.Sequential(torch.ao.quantization.QuantStub(), nn.Linear(5, 3), nn.Conv1d(4, 2, 1),
                        torch.ao.quantization.DeQuantStub()).eval()
    net.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    prepared = torch.ao.quantization.prepare(net)
    prepared(torch.randn(2, 4, 5))
    evaluate("static", torch.ao.quantization.convert(prepared), torch.randn(2, 4, 5))

encoder = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, dropout=0.0).eval()
tokens = torch.randn(2, 6, 16)
evaluate("encoder, fast", encoder, tokens)
with case("encoder, slow"):
    encoder(tokens)
train("encoder trained", nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, dropout=0.0), tokens)
evaluate("attention", nn.MultiheadAttention(16, 4, batch_first=True), tokens, tokens, tokens)
"""

# Weights of a gate's two matrices times the tokens, twice.
RNN, GRU, LSTM = [2 * 14 * gates * (3 * 5 + 3 * 3) for gates in (1, 3, 4)]
TWO_LAYERS_BOTH_WAYS = 2 * 14 * 2 * (12 * (5 + 3) + 12 * (6 + 3))
# Tokens x (the four projections of 16 x 16, two products with 6 tokens, two layers of 16 x 32).
ENCODER = 2 * 12 * (4 * 256 + 2 * 6 * 16 + 2 * 16 * 32)


class Layers(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.job = cls.run_class_job(JOB)

    def check(self, **expected):
        cases = self.job.cases()
        self.assertEqual({name: cases.get(name) for name in expected},
                         {name: list(flops) for name, flops in expected.items()})

    def test_recurrent_meet_every_token_with_every_weight(self):
        self.check(**{"RNN": (0, 0, RNN), "GRU": (0, 0, GRU), "LSTM": (0, 0, LSTM),
                      "LSTM of two layers, both ways": (0, 0, TWO_LAYERS_BOTH_WAYS),
                      "LSTMCell": (0, 0, LSTM // 7),
                      "LSTM with projection": (0, 0, 2 * 14 * (16 * 5 + 16 * 2 + 2 * 4))})

    def test_recurrent_train_without_a_gradient_of_the_input(self):
        # The gradient of the input is not wanted, but the fused kernel computes it all the same. The
        # first state is no parameter: nothing flows back into it.
        def backward(whole, gates):
            return 2 * whole if fused(gates) else 2 * whole - 2 * gates * (14 * 15 + 2 * 9)

        def fused(gates):
            return is_modern and gates == 4

        self.check(**{"RNN trained": (RNN, backward(RNN, 1), 0), "GRU trained": (GRU, backward(GRU, 3), 0),
                      "LSTM trained": (LSTM, backward(LSTM, 4), 0)})

    def test_packed_by_mkldnn_are_those_of_the_plain_layer(self):
        self.check(**{"mkldnn linear": (0, 0, 120), "mkldnn conv": (0, 0, 28800)})

    @unittest.skipUnless(is_modern, "Debian's PyTorch has no quantised kernels")
    def test_quantised_are_those_of_the_plain_layer_from_the_first_call_on(self):
        self.check(**{"dynamic %s %s" % (kind, time): (0, 0, 2 * 4 * (15 + 6))
                      for kind in ("int8", "fp16") for time in ("first", "again")})
        self.check(static=(0, 0, 240))
        self.assertEqual(self.job.uncounted("static"), {"quantized::conv1d": 1})

    def test_transformer_encoders_are_the_same_on_the_fast_path(self):
        self.check(**{"encoder, fast": (0, 0, ENCODER), "encoder, slow": (ENCODER, 0, 0)})
        self.check(**{"attention": (0, 0, 2 * 12 * (4 * 256 + 2 * 6 * 16))})


if __name__ == "__main__":
    unittest.main()
