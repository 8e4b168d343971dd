#include "thermoleak/report/writers.hpp"

#include <gtest/gtest.h>

TEST(Placeholder, Later) {}
