#include "service/tus_headers.hpp"

#include <gtest/gtest.h>

namespace thermoleak::service {
namespace {

TEST(TusHeaders, Metadata) {
  const auto metadata =
      ParseUploadMetadata("filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential");
  ASSERT_TRUE(metadata);  // the protocol's own example
  EXPECT_EQ(metadata->at("filename"), "world_domination_plan.pdf");
  EXPECT_EQ(metadata->at("is_confidential"), "");
  EXPECT_TRUE(ParseUploadMetadata("")->empty());
  for (const char* text : {",", "a YQ==,", "a YQ==,a YQ==", "a b c", "a  *", "\x80 YQ=="})
    EXPECT_FALSE(ParseUploadMetadata(text)) << text;
}

TEST(TusHeaders, Checksums) {
  const auto sha1 = ParseUploadChecksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  ASSERT_TRUE(sha1);  // the protocol's own example
  EXPECT_EQ(sha1->kind, DigestKind::kSha1);
  EXPECT_EQ(sha1->digest.size(), 20U);
  for (const char* text : {"", "sha1", "sha1 ", "sha1 Kq5s", "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
                           "crc32 AAAA", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="})
    EXPECT_FALSE(ParseUploadChecksum(text)) << text;
}

TEST(TusHeaders, Concatenation) {
  EXPECT_TRUE(ParseUploadConcat("partial")->partial);
  const std::string a(32, 'a'), b(32, 'b');
  const auto whole = ParseUploadConcat("final;/files/" + a + " https://host/files/" + b);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->parts, (std::vector<std::string>{a, b}));
  for (const std::string& text :
       {std::string("final"), std::string("final;"), std::string("final;/files/../x"),
        "final;/files/" + a + "a", std::string("Partial"), std::string("final; ")})
    EXPECT_FALSE(ParseUploadConcat(text)) << text;
}

}  // namespace
}  // namespace thermoleak::service
