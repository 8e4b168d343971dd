#include "thermoleak/core/encoding.hpp"

#include <gtest/gtest.h>

#include "thermoleak/core/digest.hpp"

namespace thermoleak {
namespace {

std::string Hash(DigestKind kind, std::string_view text) {
  Digest digest(kind);
  // In two pieces: where it is cut does not matter.
  digest.Add(std::as_bytes(std::span(text.substr(0, 1))));
  digest.Add(std::as_bytes(std::span(text.substr(1))));
  return digest.Hex();
}

// RFC 4648, section 10.
TEST(Encoding, Base64OfThePublishedVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(ToBase64(plain), coded);
    EXPECT_EQ(FromBase64(coded), plain);
  }
}

TEST(Encoding, Base64OfLongBytesAndBack) {
  std::string bytes(7'000'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 7);
  const std::string coded = ToBase64(bytes);
  EXPECT_EQ(coded.size(), (bytes.size() + 2) / 3 * 4);
  EXPECT_EQ(FromBase64(coded), bytes);
}

TEST(Encoding, Base64IsTakenStrictly) {
  for (const char* wrong : {"Zg", "Zg=", "Zg= =", " Zg==", "Zg==\n",
                            "Z===", "====", "Zm9v Zg==", "Zg==Zg==", "Zm-_", "Zm9v\tZm9"})
    EXPECT_FALSE(FromBase64(wrong)) << wrong;
}

TEST(Encoding, Hexadecimal) {
  const std::byte bytes[] = {std::byte{0}, std::byte{0x9f}, std::byte{0xff}};
  EXPECT_EQ(ToHex(bytes), "009fff");
}

// RFC 1321 A.5; FIPS 180 examples.
TEST(Digest, OfThePublishedVectors) {
  EXPECT_EQ(Hash(DigestKind::kMd5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Hash(DigestKind::kSha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hash(DigestKind::kSha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfWhatIsNoFile) {
  EXPECT_FALSE(HashFile("/"));
  EXPECT_FALSE(HashFile("/no/such/file"));
}

}  // namespace
}  // namespace thermoleak
