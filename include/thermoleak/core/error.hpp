#pragma once
// Three kinds of fault (see STYLE of the project, "Errors"):
//   an item's fault (a frame, a map feature) is data: Result<T>, counted, reported, never fatal
//   alone; a run's fault (no disk, bad configuration, unreadable map) is RunError, mapped once at
//   the edge; a programmer's fault is an assertion.

#include <exception>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "thermoleak/core/message.hpp"

namespace thermoleak {

/// What is wrong with one input item: which item, and one sentence that a user can act on.
/// The message's id is the machine-readable reason (MessageName).
struct Error {
  std::string item;  ///< file name, feature id ...
  Message message;
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return Fail(item, MessageId::kFileEmpty);`
inline tl::unexpected<Error> Fail(std::string item, MessageId id,
                                  std::vector<std::string> args = {}) {
  return tl::unexpected<Error>(Error{std::move(item), Message{id, std::move(args)}});
}

/// The process' exit codes, as other programs rely on them.
enum class ExitCode : int {
  kDone = 0,
  kDoneWithQuarantine = 1,
  kUsage = 2,
  kInputMissing = 3,
  kOutOfResources = 4,
  kBusy = 5,  ///< somebody else is at work on the data folder: try later
  kCancelled = 130,
};

/// Stops the whole run; caught once, at the edge.
class RunError : public std::exception {
 public:
  RunError(ExitCode code, MessageId id, std::vector<std::string> args = {});
  ExitCode code() const { return code_; }
  const Message& message() const { return message_; }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  ExitCode code_;
  Message message_;
  std::string what_;
};

}  // namespace thermoleak
