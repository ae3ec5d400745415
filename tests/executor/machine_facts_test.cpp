#include "tuner/executor/machine_facts.h"

#include "tests/support/temp_dir.h"

#include <fstream>

#include <catch2/catch.hpp>

using namespace tuner;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

// A machine of 16 GiB and 8 CPUs in a folder.
class MadeUpMachine {
  public:
    MadeUpMachine() {
        sources.proc = folder_.path() / "proc";
        sources.cgroups = folder_.path() / "cgroup";
        sources.dev = folder_.path() / "dev";
        sources.affinity = 8;
        write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");
        write("dev/null", "");
    }

    void write(const std::string& file, const std::string& text) const {
        const fs::path path = folder_.path() / file;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    MachineSources sources;

  private:
    test::TempDir folder_;
};

std::vector<std::string> names(const Machine& machine) {
    std::vector<std::string> found;
    for (const Gpu& gpu : machine.gpus) {
        found.push_back(gpu.name);
    }
    return found;
}

}  // namespace

TEST_CASE("a machine without cgroups has what the kernel says", "[machine_facts]") {
    const MadeUpMachine made_up;
    CHECK(find_machine(made_up.sources).capacity() == Resources{8, 0, 16 * kGiB});
}

TEST_CASE("a cgroup of version 2, or one above it, has less", "[machine_facts]") {
    const MadeUpMachine made_up;
    made_up.write("proc/self/cgroup", "0::/box/inner\n");
    made_up.write("cgroup/box/cpu.max", "350000 100000\n");
    made_up.write("cgroup/box/inner/cpu.max", "max 100000\n");
    made_up.write("cgroup/box/inner/memory.max", "4294967296\n");
    made_up.write("cgroup/box/memory.max", "max\n");
    CHECK(find_machine(made_up.sources).capacity() == Resources{3, 0, 4 * kGiB});
    made_up.write("cgroup/box/cpu.max", "50000 100000\n");
    CHECK(find_machine(made_up.sources).cpus == 1);
}

TEST_CASE("a cgroup of version 1 has less", "[machine_facts]") {
    const MadeUpMachine made_up;
    made_up.write("proc/self/cgroup", "4:cpu,cpuacct:/box\n3:memory:/box\n0::/\n");
    made_up.write("cgroup/cpu/box/cpu.cfs_quota_us", "200000\n");
    made_up.write("cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    made_up.write("cgroup/memory/box/memory.limit_in_bytes", "1073741824\n");
    made_up.write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(find_machine(made_up.sources).capacity() == Resources{2, 0, kGiB});
    made_up.write("cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
    CHECK(find_machine(made_up.sources).cpus == 8);
}

TEST_CASE("GPUs are those that the driver knows", "[machine_facts]") {
    MadeUpMachine made_up;
    made_up.write("dev/nvidia0", "");
    made_up.write("dev/nvidia1", "");
    made_up.write("dev/nvidiactl", "");
    made_up.write("dev/nvidia-uvm", "");
    CHECK(names(find_machine(made_up.sources)) == std::vector<std::string>{"0", "1"});
    made_up.write("proc/driver/nvidia/gpus/0000:3b:00.0/information", "");
    CHECK(names(find_machine(made_up.sources)) == std::vector<std::string>{"0"});
    made_up.sources.nvidia_visible_devices = "void";
    CHECK(find_machine(made_up.sources).gpus.empty());
}

TEST_CASE("CUDA_VISIBLE_DEVICES says which GPUs there are", "[machine_facts]") {
    MadeUpMachine made_up;
    made_up.write("dev/nvidia0", "");
    const auto [list, expected] = GENERATE(
        std::pair{"2,5", std::vector<Gpu>{{2, "2"}, {5, "5"}}},
        std::pair{"5, 2", std::vector<Gpu>{{2, "2"}, {5, "5"}}},
        std::pair{"GPU-b,GPU-a", std::vector<Gpu>{{0, "GPU-b"}, {1, "GPU-a"}}},
        std::pair{"0,-1,1", std::vector<Gpu>{{0, "0"}}},
        std::pair{"1,1", std::vector<Gpu>{{1, "1"}}},
        std::pair{"NoDevFiles", std::vector<Gpu>{}},
        std::pair{"", std::vector<Gpu>{}}
    );
    made_up.sources.cuda_visible_devices = list;
    CHECK(find_machine(made_up.sources).gpus == expected);
}

TEST_CASE("this machine has a CPU and memory", "[machine_facts]") {
    const Machine machine = find_machine();
    CHECK(machine.cpus >= 1);
    CHECK(machine.memory_bytes > 0);
}
