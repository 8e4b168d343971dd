#include "service/tus_headers.hpp"

#include <gtest/gtest.h>

#include "service/secrets.hpp"

namespace thermoleak::service {
namespace {

TEST(TusHeaders, Base64OfRfc4648) {
  for (const auto& [text, bytes] :
       {std::pair{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}})
    EXPECT_EQ(FromBase64(text), bytes);
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z g=", "Zg=a", "====", "Zm9v\n"})
    EXPECT_FALSE(FromBase64(text)) << text;
}

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
  EXPECT_EQ(sha1->kind, ChecksumKind::kSha1);
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
