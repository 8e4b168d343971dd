#pragma once
// Inside of the batch room: what a card's files are called in their scan.

#include <map>
#include <set>
#include <string>

namespace thermoleak::batch {

/// Gives each file of one card a name that its scan can have: CleanPath takes it, no other file has
/// it, and it is no folder of another one's. Nothing on a card is lost for its name.
class CardNames {
 public:
  /// `relative`: below the card's folder, each file once.
  std::string For(const std::string& relative);

 private:
  bool Take(const std::string& name);
  /// `name` with the first number behind its stem that makes it free; "" when it gets too long.
  std::string Numbered(const std::string& name);

  std::set<std::string> files_, folders_;
  std::map<std::string, int> last_number_;  // by the name without it
  int unnamed_ = 0;
};

}  // namespace thermoleak::batch
