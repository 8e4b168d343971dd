#pragma once
// An .xlsx as small as readers take it, its parts stored without compression.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thermoleak::test {

/// Parts of an archive by name (PKWARE APPNOTE 6.3, 4.3.7 .. 4.3.16).
inline std::string StoredZip(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string bytes, directory;
  const auto put = [](std::string& out, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFu);
  };
  for (const auto& part : parts) {
    const std::string& name = part.first;
    const std::string& content = part.second;
    const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                             static_cast<uInt>(content.size()));
    // Version, flags, method, time, date, check sum, sizes, length of name, no extra field.
    const auto header = [&](std::string& out) {
      for (const unsigned field : {20u, 0u, 0u, 0u, 0x21u}) put(out, field, 2);
      put(out, sum, 4);
      put(out, content.size(), 4);
      put(out, content.size(), 4);
      put(out, name.size(), 2);
      put(out, 0, 2);
    };
    put(directory, 0x02014B50, 4);
    put(directory, 20, 2);
    header(directory);
    put(directory, 0, 8);
    put(directory, 0, 2);
    put(directory, bytes.size(), 4);
    directory += name;
    put(bytes, 0x04034B50, 4);
    header(bytes);
    bytes += name + content;
  }
  const std::size_t start = bytes.size();
  bytes += directory;
  put(bytes, 0x06054B50, 4);
  put(bytes, 0, 4);
  put(bytes, parts.size(), 2);
  put(bytes, parts.size(), 2);
  put(bytes, directory.size(), 4);
  put(bytes, start, 4);
  put(bytes, 0, 2);
  return bytes;
}

/// A workbook of one sheet; `texts` are its shared strings, none when empty.
inline std::string Workbook(std::string_view sheet, std::string_view texts) {
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  const std::string types = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string package = "http://schemas.openxmlformats.org/package/2006/";
  const auto related = [&](const std::string& id, const std::string& what,
                           const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + office + "/" + what + "\" Target=\"" +
           target + "\"/>";
  };
  std::vector<std::pair<std::string, std::string>> parts{
      {"[Content_Types].xml",
       head + "<Types xmlns=\"" + package +
           "content-types\"><Default Extension=\"rels\" ContentType=\"application/"
           "vnd.openxmlformats-package.relationships+xml\"/><Override "
           "PartName=\"/xl/workbook.xml\" "
           "ContentType=\"" +
           types +
           "sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" +
           types + "worksheet+xml\"/></Types>"},
      {"_rels/.rels", head + "<Relationships xmlns=\"" + package + "relationships\">" +
                          related("rId1", "officeDocument", "xl/workbook.xml") +
                          "</Relationships>"},
      {"xl/_rels/workbook.xml.rels",
       head + "<Relationships xmlns=\"" + package + "relationships\">" +
           related("rId1", "worksheet", "worksheets/sheet1.xml") +
           related("rId2", "sharedStrings", "sharedStrings.xml") + "</Relationships>"},
      {"xl/workbook.xml",
       head +
           "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
           "xmlns:r=\"" +
           office +
           "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"},
      {"xl/worksheets/sheet1.xml", std::string(sheet)}};
  if (!texts.empty()) parts.push_back({"xl/sharedStrings.xml", std::string(texts)});
  return StoredZip(parts);
}

}  // namespace thermoleak::test
