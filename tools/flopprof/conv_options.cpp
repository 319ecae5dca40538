#include "tools/flopprof/conv_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

using convolution::Direction;
using convolution::kDirectionNames;
using convolution::kDirections;
using convolution::kNumberFormats;
using convolution::kWidestTile;
using convolution::NumberFormat;
using convolution::Tile;

/// As they stand on the command line, before they are looked up.
struct Words {
  std::vector<std::string> directions;
  std::vector<std::string> formats = {"fp16"};
  std::string tile = "128x128x64";
  std::vector<std::int64_t> workspace_mib;
  std::string engines = "best";
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const NumberFormat& format : kNumberFormats) names.emplace_back(format.name);
  return names;
}

std::vector<std::string> direction_names() {
  return {kDirectionNames.begin(), kDirectionNames.end()};
}

std::optional<Tile> tile_of(std::string_view text) {
  Tile tile;
  for (std::int64_t* size : {&tile.rows, &tile.columns, &tile.depth}) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *size);
    if (error != std::errc() || *size < 1 || *size > kWidestTile.rows) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const bool last = size == &tile.depth;
    if (last != text.empty() || (!last && text.front() != 'x')) return std::nullopt;
    if (!last) text.remove_prefix(1);
  }
  return tile;
}

const CLI::Validator kIsTile(
    [](const std::string& text) {
      return tile_of(text) ? std::string()
                           : fmt::format("{} should be like 128x128x64, each from 1 to {}", text,
                                         kWidestTile.rows);
    },
    "MxNxK");

const CLI::Validator kIsPicture(
    [](const std::string& path) {
      const bool known = path.ends_with(".svg") || path.ends_with(".png");
      return known ? std::string() : path + " should end in .svg or .png";
    },
    "FILE.svg|FILE.png");

void look_up(const Words& words, ConvOptions& options) {
  for (const NumberFormat& format : kNumberFormats) {
    if (std::ranges::find(words.formats, format.name) != words.formats.end()) {
      options.formats.push_back(format);
    }
  }
  for (const Direction direction : kDirections) {
    const auto& names = words.directions;
    if (names.empty() || std::ranges::find(names, name_of(direction)) != names.end()) {
      options.directions.push_back(direction);
    }
  }
  options.tile = *tile_of(words.tile);
  for (const std::int64_t mib : words.workspace_mib) options.workspace_limits.push_back(mib << 20);
  if (words.workspace_mib.empty()) options.workspace_limits.push_back(std::nullopt);
  options.all_engines = words.engines == "all";
}

/// What has no meaning with --analytic.
void add_measuring(CLI::App& command, CLI::Option* analytic, ConvOptions& options, Words& words) {
  std::vector<CLI::Option*> measuring;
  measuring.push_back(
      command.add_option("--gpu", options.gpu, "the CUDA device")->check(CLI::NonNegativeNumber));
  measuring.push_back(
      command.add_option("--iterations", options.iterations, "timed runs, warm and as many cold")
          ->check(CLI::Range(1, 100'000))
          ->capture_default_str());
  measuring.push_back(command
                          .add_option("--workspace-mib", words.workspace_mib,
                                      "limits to choose cuDNN's engines under; no limit without")
                          ->check(CLI::Range(0, 1 << 20))
                          ->delimiter(','));
  measuring.push_back(
      command.add_option("--engines", words.engines, "of cuDNN: best (its own choice) or all")
          ->check(CLI::IsMember({"best", "all"}))
          ->capture_default_str());
  measuring.push_back(command.add_option("--cudnn", options.cudnn, "the libcudnn.so to open")
                          ->check(CLI::ExistingFile));
  for (CLI::Option* option : measuring) {
    option->excludes(analytic)->group("Measuring, without --analytic");
  }
}

}  // namespace

void add_conv(CLI::App& app) {
  const auto options = std::make_shared<ConvOptions>();
  const auto words = std::make_shared<Words>();
  CLI::App* command =
      app.add_subcommand("conv", "Print what convolutions require, execute and could reach");
  command->add_option(
      "--shapes", options->shapes,
      "deepbench, resnet50, vgg16, alexnet, mobilenet, selection, or a CSV file with the "
      "columns C, H, W, K, R, S (and N, pad_h, stride_h, groups ...)");
  command->add_option("--images", options->images, "N of shapes that do not give it")
      ->check(CLI::Range(std::int64_t{1}, convolution::kLargestSize))
      ->capture_default_str();
  command->add_option("--direction", words->directions, "which gradients; all without")
      ->check(CLI::IsMember(direction_names()))
      ->delimiter(',');
  command->add_option("--type", words->formats, "the numbers: fp32, tf32, fp16, bf16")
      ->check(CLI::IsMember(format_names()))
      ->delimiter(',')
      ->capture_default_str();
  CLI::Option* const analytic =
      command->add_flag("--analytic", options->analytic, "compute alone: needs no GPU");
  command->add_option("--device", options->device, "the card whose peaks bound --analytic")
      ->needs(analytic)
      ->capture_default_str();
  command->add_option("--tile", words->tile, "of the implicit GEMM of --analytic")
      ->needs(analytic)
      ->check(kIsTile)
      ->capture_default_str();
  command->add_option("--format", options->format, "text, json, csv or markdown")
      ->check(CLI::IsMember({"text", "json", "csv", "markdown"}));
  command->add_option("--plot", options->plot, "draw a roofline into this .svg or .png file")
      ->check(kIsPicture);
  add_measuring(*command, analytic, *options, *words);
  command->callback([options, words] {
    look_up(*words, *options);
    conv(*options);
  });
}

}  // namespace flopprof::tools
