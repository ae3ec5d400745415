#include "tuner/storage/storage_thread.h"

namespace tuner {

namespace asio = boost::asio;

StorageThread::StorageThread(Storage storage, asio::any_io_executor loop, Announce announce)
    : storage_(std::move(storage)),
      loop_(std::move(loop)),
      announce_(std::move(announce)),
      thread_(std::in_place, 1),
      calls_(thread_->get_executor()),
      probe_([](Moment) {}) {}

StorageThread::StorageThread(
    Storage storage,
    asio::any_io_executor loop,
    Announce announce,
    asio::any_io_executor calls,
    Probe probe
)
    : storage_(std::move(storage)),
      loop_(std::move(loop)),
      announce_(std::move(announce)),
      calls_(std::move(calls)),
      probe_(std::move(probe)) {}

StorageThread::~StorageThread() {
    if (thread_) {
        thread_->join();
    }
}

}  // namespace tuner
