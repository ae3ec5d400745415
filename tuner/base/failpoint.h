// A failpoint marks a place between two durable effects, where a crash leaves the world half
// changed.
//
// In the product it does nothing. The binaries of tests/faulty replace it at link time by one that
// kills the process there (tests/support/crash_point.cpp), so that tests/chaos can crash the very
// same objects at every step that recovery must survive. Any thread.

#pragma once

namespace tuner {

// `name` is WHO.WHERE, e.g. "daemon.after_intent"; each stands in one place and in
// tests/chaos/failpoints.txt.
void failpoint(const char* name);

}  // namespace tuner
