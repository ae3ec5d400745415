#include "tuner/storage/storage_thread.h"

namespace tuner {

StorageThread::StorageThread(Storage storage, boost::asio::any_io_executor loop, Announce announce)
    : storage_(std::move(storage)), loop_(std::move(loop)), announce_(std::move(announce)) {}

StorageThread::~StorageThread() {
    thread_.join();
}

}  // namespace tuner
