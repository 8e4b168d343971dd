#pragma once
// Many items at once, their results one by one and in order: the shape of every pass over frames.

#include <tbb/parallel_pipeline.h>

#include <cstddef>
#include <utility>

#include "thermoleak/core/progress.hpp"

namespace thermoleak {

/// `body(i)` for 0 .. count - 1 on any thread, at most `in_flight` at once; `collect(i, result)` by
/// one thread at a time in the order of i, so that sums do not depend on the number of threads.
/// Stops early when `work` is stopped and throws Cancelled then.
template <class Body, class Collect>
void ForEachInOrder(std::size_t count, std::size_t in_flight, const WorkContext& work,
                    const Body& body, const Collect& collect) {
  using Value = decltype(body(std::size_t{}));
  struct Item {
    std::size_t index = 0;
    Value value;
  };
  std::size_t next = 0;
  const auto source = tbb::make_filter<void, std::size_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) -> std::size_t {
        if (next >= count || work.stop.stop_requested()) {
          control.stop();
          return 0;
        }
        return next++;
      });
  const auto work_on =
      tbb::make_filter<std::size_t, Item>(tbb::filter_mode::parallel, [&](std::size_t index) {
        return Item{index, body(index)};
      });
  const auto hand_over =
      tbb::make_filter<Item, void>(tbb::filter_mode::serial_in_order,
                                   [&](Item item) { collect(item.index, std::move(item.value)); });
  tbb::parallel_pipeline(in_flight, source & work_on & hand_over);
  work.CheckStop();
}

}  // namespace thermoleak
