#include "tuner/scheduler/slots.h"

#include "tuner/base/contract.h"

#include <algorithm>

namespace tuner {

namespace {

std::int64_t how_often(std::int64_t free, std::int64_t wanted) {
    return wanted == 0 ? kAnyNumber : free / wanted;
}

}  // namespace

Slots::Slots(const Machine& machine) : capacity_(machine.capacity()) {
    for (const Gpu& gpu : machine.gpus) {
        gpus_.push_back(gpu.number);
    }
}

std::vector<std::int64_t> Slots::free_gpus() const {
    std::vector<std::int64_t> free;
    std::copy_if(gpus_.begin(), gpus_.end(), std::back_inserter(free), [&](std::int64_t number) {
        return !gpu_holders_.contains(number);
    });
    return free;
}

Resources Slots::free() const {
    return {
        std::max<std::int64_t>(0, capacity_.cpus - cpus_taken_),
        std::ssize(free_gpus()),
        std::max<std::int64_t>(0, capacity_.memory_bytes - memory_taken_)};
}

std::int64_t Slots::count_fitting(const Resources& request) const {
    const Resources present = free();
    return std::min(
        {how_often(present.cpus, request.cpus),
         how_often(present.gpus, request.gpus),
         how_often(present.memory_bytes, request.memory_bytes)}
    );
}

std::optional<Holding> Slots::take(const Resources& request) {
    if (count_fitting(request) < 1) {
        return std::nullopt;
    }
    Holding holding{request, free_gpus()};
    holding.gpus.resize(static_cast<std::size_t>(request.gpus));
    hold(holding);
    return holding;
}

void Slots::hold(const Holding& holding) {
    cpus_taken_ += holding.amount.cpus;
    memory_taken_ += holding.amount.memory_bytes;
    for (const std::int64_t gpu : holding.gpus) {
        ++gpu_holders_[gpu];
    }
}

void Slots::give_back(const Holding& holding) {
    cpus_taken_ -= holding.amount.cpus;
    memory_taken_ -= holding.amount.memory_bytes;
    ensures(cpus_taken_ >= 0 && memory_taken_ >= 0, "only what was taken is given back");
    for (const std::int64_t gpu : holding.gpus) {
        const auto found = gpu_holders_.find(gpu);
        ensures(found != gpu_holders_.end(), "only a GPU that was taken is given back");
        if (--found->second == 0) {
            gpu_holders_.erase(found);
        }
    }
}

}  // namespace tuner
