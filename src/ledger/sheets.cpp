#include "thermoleak/ledger/sheets.hpp"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal_priv.h>
#include <ogr_feature.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <optional>

#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {
namespace {

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const std::size_t from = text.find_first_not_of(kSpaces);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kSpaces) - from + 1));
}

// A sheet of Excel has 2^20 rows. A cell takes some bytes on disk and ten times that in memory.
constexpr std::size_t kMostRows = 1u << 20, kMostCells = 10'000'000;
constexpr std::size_t kMostBytes = 64u << 20;

tl::unexpected<Error> TooLarge(const std::filesystem::path& path) {
  return Fail(path.string(), MessageId::kSheetUnreadable,
              {InBoth("more than a table can hold", "超出表格的容量")});
}

void Add(Sheet& sheet, int number, std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = Trimmed(cell);
    if (cell.starts_with('\'')) cell.erase(0, 1);  // the spreadsheets' mark for "this is text"
  }
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  if (!cells.empty()) sheet.rows.push_back({number, std::move(cells)});
}

std::string ToUtf8(std::string text) {
  const GdalSession quiet;  // what cannot be converted is no news for the terminal
  // The mark does not make it UTF-8: rows of another program may have been pasted behind it.
  if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  if (CPLIsUTF8(text.c_str(), static_cast<int>(text.size()))) return text;
  char* converted = CPLRecode(text.c_str(), "GB18030", CPL_ENC_UTF8);
  std::string out = converted ? converted : "";
  CPLFree(converted);
  return out;
}

/// The sign that divides the first line into most cells.
char Delimiter(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char c : {',', ';', '\t'}) {
    if (std::count(line.begin(), line.end(), c) > std::count(line.begin(), line.end(), best))
      best = c;
  }
  return best;
}

/// Nothing when it is too large.
std::optional<Sheet> ParseText(const std::string& text) {
  Sheet sheet;
  std::size_t cell_count = 0;
  const char delimiter = Delimiter(text);
  std::vector<std::string> cells(1);
  bool quoted = false;
  int number = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cells.back() += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == delimiter) {
      if (++cell_count > kMostCells) return std::nullopt;
      cells.emplace_back();
    } else if (c == '\n') {
      Add(sheet, number++, std::move(cells));
      if (sheet.rows.size() > kMostRows) return std::nullopt;
      cells.assign(1, {});
    } else {
      cells.back() += c;
    }
  }
  Add(sheet, number, std::move(cells));
  return sheet;
}

/// Whether all that is packed in an archive stays within kMostBytes. A few kilobytes can hold
/// gigabytes, GDAL would take them into memory, and the sizes that an archive states may be wrong:
/// only unpacking tells.
bool UnpacksWithin(const std::filesystem::path& path, std::string_view bytes) {
  // A workbook has some dozens of parts; looking them up takes the square of their number.
  constexpr int kMostParts = 1000;
  int parts = 0;
  for (std::size_t at = 0; (at = bytes.find("PK\x01\x02", at)) != bytes.npos; at += 4)
    if (++parts > kMostParts) return false;
  const std::string archive = "/vsizip/{" + path.string() + "}";
  const std::unique_ptr<char*, decltype(&CSLDestroy)> names(VSIReadDirRecursive(archive.c_str()),
                                                            &CSLDestroy);
  std::vector<char> piece(64u << 10);
  std::size_t total = 0;
  for (int i = 0; names && names.get()[i] != nullptr; ++i) {
    const std::string name = archive + "/" + names.get()[i];
    const std::unique_ptr<VSILFILE, decltype(&VSIFCloseL)> file(VSIFOpenL(name.c_str(), "rb"),
                                                                &VSIFCloseL);
    while (file) {
      const std::size_t read = VSIFReadL(piece.data(), 1, piece.size(), file.get());
      total += read;
      if (total > kMostBytes) return false;
      if (read < piece.size()) break;
    }
  }
  return true;
}

Result<Sheet> ReadWorkbook(const std::filesystem::path& path, std::string_view bytes) {
  const GdalSession session;
  if (!UnpacksWithin(path, bytes)) return TooLarge(path);
  // Row 1 is data for us, and numbers keep the text that people see.
  const std::array<const char*, 3> options = {"HEADERS=DISABLE", "FIELD_TYPES=AUTO", nullptr};
  CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", "DISABLE");
  CPLSetThreadLocalConfigOption("OGR_XLSX_FIELD_TYPES", "AUTO");
  const std::array<const char*, 2> drivers = {"XLSX", nullptr};
  std::unique_ptr<GDALDataset, CloseDataset> data(GDALDataset::Open(
      path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers.data(), options.data()));
  CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", nullptr);
  CPLSetThreadLocalConfigOption("OGR_XLSX_FIELD_TYPES", nullptr);
  OGRLayer* layer = data && data->GetLayerCount() > 0 ? data->GetLayer(0) : nullptr;
  if (!layer)
    return Fail(path.string(), MessageId::kSheetUnreadable, {session.Complaint("no sheet")});
  Sheet sheet;
  std::size_t cell_count = 0;
  layer->ResetReading();
  while (const auto feature = OGRFeatureUniquePtr(layer->GetNextFeature())) {
    std::vector<std::string> cells;
    for (int i = 0; i < feature->GetFieldCount(); ++i)
      cells.emplace_back(feature->IsFieldSetAndNotNull(i) ? feature->GetFieldAsString(i) : "");
    cell_count += cells.size();
    if (cell_count > kMostCells || sheet.rows.size() >= kMostRows) return TooLarge(path);
    Add(sheet, static_cast<int>(feature->GetFID()), std::move(cells));
  }
  return sheet;
}

}  // namespace

Result<Sheet> ReadSheet(const std::filesystem::path& path) {
  const Result<Bytes> bytes = ReadFile(path, kMostBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  Sheet sheet;
  if (text.starts_with("PK\x03\x04")) {
    Result<Sheet> read = ReadWorkbook(path, text);
    if (!read) return read;
    sheet = std::move(*read);
  } else {
    if (text.find('\0') != std::string::npos)
      return Fail(path.string(), MessageId::kSheetUnreadable, {"binary"});
    std::optional<Sheet> read = ParseText(ToUtf8(text));
    if (!read) return TooLarge(path);
    sheet = std::move(*read);
  }
  sheet.file = path.filename().string();
  return sheet;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    std::string text = cells[i];
    // A negative number is no formula.
    const bool number = text.find_first_not_of("-+.0123456789eE") == std::string::npos;
    if (!text.empty() && !number && std::string_view("=+-@").find(text[0]) != std::string::npos)
      text.insert(0, 1, '\'');
    if (text.find_first_of("\",\r\n") == std::string::npos) {
      line += text;
      continue;
    }
    line += '"';
    for (const char c : text) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace thermoleak
