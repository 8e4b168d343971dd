#pragma once
// The pictures and curves by which a person judges a candidate.

#include <opencv2/core.hpp>
#include <span>

#include "thermoleak/detection/detect.hpp"
#include "thermoleak/registration/registration.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

/// Profiles along and across the pipe through the spot, from its strip.
void AddProfiles(const StripFindings& findings, const HotSpot& spot, CandidateEvidence& evidence);

/// Footprint of the spot at half its peak: an ellipse of its length and width, bent along the pipe,
/// local metres, counter-clockwise.
std::vector<Vec2> SpotOutline(const HotSpot& spot, const PipeNetwork& network, const Vec2& centre);

/// Frames (indices into `frames`) that see the point, best first: nearest to the picture's centre
/// relative to its size.
std::vector<int> FramesSeeing(const Vec2& point, std::span<const RegisteredFrame> frames,
                              const Terrain& terrain, double margin_px);

/// Cuts a chip of about `size_m` around the measured spot out of a frame and draws the pipes' axes
/// into its coordinates.
void AddChip(const cv::Mat& celsius, const RegisteredFrame& frame, const std::string& name,
             const Vec2& point, const PipeNetwork& network, const Terrain& terrain, double size_m,
             CandidateEvidence& evidence);

}  // namespace thermoleak
