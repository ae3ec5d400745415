#include "tuner/storage/storage_thread.h"

#include "tests/storage/fixtures.h"

#include <chrono>
#include <future>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using namespace tuner;
namespace asio = boost::asio;

namespace {

// What happened, in order, as texts.
using Diary = std::vector<std::string>;

// A loop with a storage thread whose events go into the diary.
struct House {
    asio::io_context loop{1};
    Diary diary;
    std::thread::id loop_thread = std::this_thread::get_id();
    StorageThread storage{Storage::in_memory(), loop.get_executor(), [this](auto events) {
                              for (const Event& event : events) {
                                  diary.push_back(fmt::format("event {}", event.id));
                              }
                              CHECK(std::this_thread::get_id() == loop_thread);
                          }};

    // Runs coroutines until nothing is left to do; what they throw is thrown.
    void run() {
        loop.restart();
        loop.run();
    }
};

void rethrow(std::exception_ptr failure) {
    if (failure) {
        std::rethrow_exception(failure);
    }
}

asio::awaitable<void> create_and_list(House& house) {
    auto create = [](Storage& storage) { return storage.create_study(a_study(), at(1)); };
    const Study study = co_await house.storage(create);
    house.diary.push_back("created " + study.id);
    auto list = [](Storage& storage) { return storage.studies().size(); };
    const std::size_t count = co_await house.storage(list);
    house.diary.push_back(fmt::format("listed {}", count));
    CHECK(std::this_thread::get_id() == house.loop_thread);
}

asio::awaitable<void> create_as(House& house, std::string name) {
    auto create = [name](Storage& storage) { storage.create_study(a_study(name), at(1)); };
    co_await house.storage(create);
    house.diary.push_back(name);
}

asio::awaitable<void> fail_once(House& house) {
    auto fail = [](Storage& storage) -> int {
        storage.create_study(a_study(), at(1));
        throw StorageError("the disk is full", StorageTrouble::full);
    };
    try {
        co_await house.storage(fail);
        house.diary.push_back("not reached");
    } catch (const StorageError& error) {
        house.diary.push_back(error.what());
    }
}

}  // namespace

TEST_CASE("a call answers on the loop after its events are announced", "[storage_thread]") {
    House house;
    asio::co_spawn(house.loop, create_and_list(house), rethrow);
    house.run();
    CHECK(house.diary == Diary{"event 1", "created digits-1", "listed 1"});
}

TEST_CASE("calls run in the order in which they were made", "[storage_thread]") {
    House house;
    Diary expected;
    for (int i = 0; i < 50; ++i) {
        asio::co_spawn(house.loop, create_as(house, fmt::format("s{}", i)), rethrow);
        expected.push_back(fmt::format("event {}", i + 1));
        expected.push_back(fmt::format("s{}", i));
    }
    house.run();
    CHECK(house.diary == expected);
}

TEST_CASE("what a call throws reaches the coroutine that waits", "[storage_thread]") {
    House house;
    asio::co_spawn(house.loop, fail_once(house), rethrow);
    asio::co_spawn(house.loop, create_as(house, "next"), rethrow);
    house.run();
    CHECK(house.diary == Diary{"event 1", "the disk is full", "event 2", "next"});
}

TEST_CASE("calls run on a thread of their own", "[storage_thread]") {
    House house;
    std::thread::id there;
    auto ask = [](House* at_home, std::thread::id* answer) -> asio::awaitable<void> {
        auto who = [](Storage&) { return std::this_thread::get_id(); };
        *answer = co_await at_home->storage(who);
    };
    asio::co_spawn(house.loop, ask(&house, &there), rethrow);
    house.run();
    CHECK(there != std::thread::id());
    CHECK(there != house.loop_thread);
}

TEST_CASE("cancelling the coroutine does not cancel the transaction", "[storage_thread]") {
    House house;
    asio::cancellation_signal signal;
    std::promise<void> gate;
    std::shared_future<void> opened = gate.get_future().share();
    auto wait_then_create = [](House* at_home,
                               std::shared_future<void> go) -> asio::awaitable<void> {
        auto create = [go](Storage& storage) {
            go.wait();
            return storage.create_study(a_study(), at(1)).id;
        };
        const std::string id = co_await at_home->storage(create);
        at_home->diary.push_back(id);
        co_await create_as(*at_home, "never");
    };
    std::exception_ptr ended;
    asio::co_spawn(
        house.loop,
        wait_then_create(&house, opened),
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr failure) { ended = failure; }
        )
    );
    asio::post(house.loop, [&] {
        signal.emit(asio::cancellation_type::terminal);
        gate.set_value();
    });
    house.run();
    CHECK(house.diary == Diary{"event 1", "digits-1"});
    CHECK(ended != nullptr);
}

TEST_CASE("the end of the storage thread carries out what was asked before", "[storage_thread]") {
    const TempDir dir;
    asio::io_context loop{1};
    std::size_t announced = 0;
    {
        StorageThread storage(
            Storage::open(dir.database(), an_identity(), at(1)),
            loop.get_executor(),
            [&](const auto& events) { announced += events.size(); }
        );
        auto create = [](StorageThread* to) -> asio::awaitable<void> {
            auto call = [](Storage& there) { there.create_study(a_study(), at(1)); };
            co_await (*to)(call);
        };
        for (int i = 0; i < 20; ++i) {
            asio::co_spawn(loop, create(&storage), rethrow);
        }
        loop.poll();
    }
    loop.run();
    CHECK(announced == 20);
    CHECK(Storage::open(dir.database(), an_identity(), at(2)).studies().size() == 20);
}

TEST_CASE("given an executor, calls run there and a probe can fail them", "[storage_thread]") {
    using Moment = StorageThread::Moment;
    asio::io_context loop{1};
    Diary diary;
    std::optional<Moment> failing;
    StorageThread storage(
        Storage::in_memory(),
        loop.get_executor(),
        [&](const auto& events) { diary.push_back(fmt::format("{} announced", events.size())); },
        loop.get_executor(),
        [&](Moment moment) {
            if (moment == failing) {
                throw StorageError("as the test wants it");
            }
        }
    );
    auto create = [](StorageThread* to, Diary* notes) -> asio::awaitable<void> {
        auto call = [](Storage& there) { there.create_study(a_study(), at(1)); };
        try {
            co_await (*to)(call);
            notes->push_back("done");
        } catch (const StorageError& error) {
            notes->push_back(error.what());
        }
    };
    const std::thread::id here = std::this_thread::get_id();
    auto ask = [](StorageThread* to, std::thread::id* answer) -> asio::awaitable<void> {
        auto who = [](Storage&) { return std::this_thread::get_id(); };
        *answer = co_await (*to)(who);
    };
    std::thread::id there;
    asio::co_spawn(loop, ask(&storage, &there), rethrow);
    for (const std::optional<Moment> when :
         {std::optional<Moment>(), {Moment::before}, {Moment::after}}) {
        failing = when;
        asio::co_spawn(loop, create(&storage, &diary), rethrow);
        loop.restart();
        loop.run();
    }
    CHECK(there == here);
    CHECK(
        diary ==
        Diary{"1 announced", "done", "as the test wants it", "1 announced", "as the test wants it"}
    );
}
