// What each job is worth to the choice.

#include <algorithm>

#include "planning/jobs.hpp"

namespace thermoleak::planning {

/// Avoided loss less what a job costs beyond the cheapest way to deal with its hazards: all that
/// is found is listed, so only the dearer way has to earn its difference.
void GiveValues(JobSet& set) {
  std::vector<double> cheapest(set.hazards.size(), 1e300);
  for (const Job& job : set.jobs) {
    for (const int h : job.hazards) {
      cheapest[static_cast<std::size_t>(h)] =
          std::min(cheapest[static_cast<std::size_t>(h)],
                   job.item.Money() / static_cast<double>(job.hazards.size()));
    }
  }
  for (Job& job : set.jobs) {
    double base = 0;
    for (const int h : job.hazards) base += cheapest[static_cast<std::size_t>(h)];
    // At least a little: what is worth nothing in money is still to be done if it can be.
    job.value = std::max(1.0, job.item.avoided.total()) - std::max(0.0, job.item.Money() - base);
    job.item.value_yuan = job.value;
  }
  std::vector<int> ways(set.hazards.size(), 0);
  for (const Job& job : set.jobs) {
    for (const int h : job.hazards) ++ways[static_cast<std::size_t>(h)];
  }
  // A dearer way that does not earn its difference is no choice; the only way always is.
  // One after the other, worst first: two dear ways must not drive each other out.
  std::stable_sort(set.jobs.begin(), set.jobs.end(),
                   [](const Job& a, const Job& b) { return a.value < b.value; });
  std::erase_if(set.jobs, [&](const Job& job) {
    const bool spare =
        job.value <= 0 && std::all_of(job.hazards.begin(), job.hazards.end(),
                                      [&](int h) { return ways[static_cast<std::size_t>(h)] > 1; });
    if (spare) {
      for (const int h : job.hazards) --ways[static_cast<std::size_t>(h)];
    }
    return spare;
  });
  for (Job& job : set.jobs) job.value = std::max(job.value, 1.0);
  std::sort(set.jobs.begin(), set.jobs.end(),
            [](const Job& a, const Job& b) { return a.item.id < b.item.id; });
}

}  // namespace thermoleak::planning
