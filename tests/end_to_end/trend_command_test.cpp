#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TrendCommand : public testing::Test {
 protected:
  TrendCommand() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = std::filesystem::temp_directory_path() /
                 ("flopprof_trend_" + name + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  ~TrendCommand() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  std::string csv(const std::string& content) const {
    std::ofstream(path("mine.csv"), std::ios::binary) << content;
    return path("mine.csv");
  }

  Ended trend(const std::string& arguments) const {
    const std::string command = std::string(FLOPPROF_CLI) + " trend " + arguments + " >" +
                                path("out") + " 2>" + path("err");
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(path("out")),
            content_of(path("err"))};
  }

 private:
  std::filesystem::path directory_;
};

const std::string kHeader =
    "Metric,Publication Date,Publication,Publication link,Compute (teraflops-s/days),"
    "Reduction Factor,Analysis,Analysis link\n";

TEST_F(TrendCommand, PrintsThePapersFiguresForTheOfficialFile) {
  const Ended ended = trend(FLOPPROF_SOTA_CSV " --level AlexNet");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("15.68 months (95 % interval 13.22 to 19.28), R² 0.9823"));
  EXPECT_THAT(ended.out, HasSubstr("end points    15.27 months"));
  EXPECT_THAT(ended.out, HasSubstr("Moore's law   11.26x"));
  EXPECT_THAT(ended.out, testing::Not(HasSubstr("GNMT")));
  EXPECT_EQ(ended.err, "");
}

TEST_F(TrendCommand, ExitsWithThreeWhenTheAuditFindsSomething) {
  const Ended ended = trend(FLOPPROF_SOTA_CSV " --audit --format json");
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(nlohmann::json::parse(ended.out)["audit"].size(), 12u);
}

TEST_F(TrendCommand, ExitsWithZeroWhenTheAuditFindsNothing) {
  const Ended ended =
      trend(csv(kHeader + "L,6/1/2012,A,,4,1,,\nL,6/1/2016,B,,1,4,,\n") + " --audit");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("0 problems in 0 of 2 rows"));
}

TEST_F(TrendCommand, DrawsSvgAndPng) {
  EXPECT_EQ(trend("--data table3 --plot " + path("x.svg")).status, 0);
  EXPECT_THAT(content_of(path("x.svg")), StartsWith("<svg "));
  EXPECT_EQ(trend("--data table3 --plot " + path("x.png")).status, 0);
  EXPECT_THAT(content_of(path("x.png")), StartsWith("\x89PNG"));
}

TEST_F(TrendCommand, SaysWhichLevelThePlotShows) {
  EXPECT_THAT(trend("--data openai --plot " + path("x.svg")).err,
              HasSubstr("the plot shows the level AlexNet"));
}

TEST_F(TrendCommand, FailsWhereThePlotCannotBeWritten) {
  const Ended ended = trend("--data table3 --plot " + path("no/such/x.svg"));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("x.svg: No such file or directory"));
}

TEST_F(TrendCommand, ReadsOtherLineEndsQuotesAndAByteOrderMark) {
  std::string text =
      "\xEF\xBB\xBF" + kHeader + "L,6/1/2012,\"A, first\",,4,1,,\nL,6/1/2016,B,,1,4,,\n";
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\r\n");
  }
  const Ended ended = trend(csv(text));
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("A, first"));
  EXPECT_THAT(ended.out, HasSubstr("halving time  24.00 months"));
}

TEST_F(TrendCommand, FailsForADateThatDoesNotExist) {
  const Ended ended = trend(csv(kHeader + "L,2/30/2012,A,,4,1,,\nL,6/1/2016,B,,1,4,,\n"));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("row 1, line 2: \"2/30/2012\" is no date"));
  EXPECT_EQ(ended.out, "");
}

TEST_F(TrendCommand, NamesTheDateInTheAuditInstead) {
  const Ended ended =
      trend(csv(kHeader + "L,2/30/2012,A,,4,1,,\nL,6/1/2016,B,,1,4,,\n") + " --audit");
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.out, HasSubstr("row 1: line 2: \"2/30/2012\" is no date"));
}

TEST_F(TrendCommand, FailsForAMissingHeader) {
  const Ended ended = trend(csv("AlexNet,6/1/2012,AlexNet,,3.1,1,,\n"));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("mine.csv: line 1: the header has no column \"Metric\""));
}

TEST_F(TrendCommand, FailsForAnEmptyFile) {
  const Ended ended = trend(csv(""));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("mine.csv: the file is empty"));
}

TEST_F(TrendCommand, FailsForAQuoteThatNeverCloses) {
  const Ended ended = trend(csv(kHeader + "L,6/1/2012,\"A,,4,1,,\n"));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("line 2: a quote opens here and never closes"));
}

TEST_F(TrendCommand, SaysThatOnePointHasNoFit) {
  const Ended ended = trend(csv(kHeader + "L,6/1/2012,A,,4,1,,\n"));
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.out, HasSubstr("no fit: one point"));
}

TEST_F(TrendCommand, IsWrongUsageWithoutAFileOrWithAMissingOne) {
  EXPECT_EQ(trend("").status, 2);
  EXPECT_EQ(trend(path("missing.csv")).status, 2);
  EXPECT_THAT(trend(path("missing.csv")).err, HasSubstr("missing.csv"));
  EXPECT_EQ(trend(FLOPPROF_SOTA_CSV " --data table3").status, 2);
}

TEST_F(TrendCommand, IsWrongUsageForALevelThatNoRowHas) {
  const Ended ended = trend("--data openai --level VGG");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("there are: AlexNet, ResNet-50, Seq2Seq, GNMT"));
}

TEST_F(TrendCommand, IsWrongUsageForAPlotOfAnotherKind) {
  EXPECT_EQ(trend("--data table3 --plot x.pdf").status, 2);
}

TEST_F(TrendCommand, ReadsEpochsFileAndSaysWhatItLeavesOut) {
  const std::string file =
      csv("Model,Task,Publication date,Training compute (FLOP)\n"
          "A,Go,2012-06-01,4e18\nB,Go,2016-06-01,1e18\nC,Go,2017-01-01,\n");
  for (const std::string format : {"", " --input-format epoch", " --input-format auto"}) {
    const Ended ended = trend(file + format);
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("Go: 2 points"));
    EXPECT_THAT(ended.err, HasSubstr("1 of 3 rows give no training compute or no date"));
  }
  EXPECT_EQ(trend(file + " --input-format openai").status, 1);
}

}  // namespace
