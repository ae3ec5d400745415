// How the sessions await an operation on a socket: an error is a value beside the result, because
// a client that goes away is no failure of ours.

#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

inline constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace tuner
