// Upload-Metadata: what is read, what is refused.
#include "proto/upload/metadata.h"

#include <gtest/gtest.h>

#include "proto/base/bytes.h"

namespace hansom::upload {
namespace {

TEST(UploadMetadata, ReadsPairsInOrder) {
  const auto read = Metadata::parse("filename d29ybGQ=,manifest YS5iLmM=,is_confidential");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->find("filename"), "world");
  EXPECT_EQ(read->find("manifest"), "a.b.c");
  EXPECT_EQ(read->find("is_confidential"), "");
  EXPECT_EQ(read->find("Filename"), std::nullopt);
  EXPECT_EQ(read->text(), "filename d29ybGQ=,manifest YS5iLmM=,is_confidential");
}

TEST(UploadMetadata, AnEmptyFieldHasNoPairs) {
  for (const char* field : {"", " ", "   "}) {
    const auto read = Metadata::parse(field);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->empty());
    EXPECT_EQ(read->text(), "");
  }
}

TEST(UploadMetadata, SpaceAroundPairsIsNotEchoed) {
  const auto read = Metadata::parse("  a YQ== , b ");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), "a YQ==,b");
}

TEST(UploadMetadata, RefusesWhatIsMalformed) {
  const std::string long_key(kMetadataKeyBytesMax + 1, 'k');
  std::string many = "k0 YQ==";
  for (std::size_t i = 1; i <= kMetadataPairsMax; ++i) many += ",k" + std::to_string(i) + " YQ==";
  const std::vector<std::string> wrong = {",",
                                          "a YQ==,",
                                          ",a YQ==",
                                          "a YQ==,,b YQ==",
                                          "a YQ==,a Yg==",
                                          "a YQ=",
                                          "a YQ",
                                          "a YR==",
                                          "a Y Q==",
                                          "a  YQ==",
                                          "a -_==",
                                          "a YQ==YQ==",
                                          "\xc3\xa9 YQ==",
                                          "a\tb YQ==",
                                          long_key + " YQ==",
                                          many,
                                          std::string("a\0b YQ==", 8),
                                          "a \r\nYQ=="};
  for (const std::string& field : wrong) {
    const auto read = Metadata::parse(field);
    ASSERT_FALSE(read) << field;
    EXPECT_EQ(read.error().token, "metadata_invalid") << field;
  }
}

TEST(UploadMetadata, HasABoundInBytes) {
  const std::string value = to_base64(Bytes(3072, 'x'));
  std::string field = "a " + value;
  ASSERT_TRUE(Metadata::parse(field));
  field.append(kMetadataBytesMax, ' ');
  EXPECT_FALSE(Metadata::parse(field));
}

}  // namespace
}  // namespace hansom::upload
