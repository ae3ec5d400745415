#include "tuner/formats/inflate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <zlib.h>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;

// A zlib stream that is ended with its scope.
struct Inflater {
    z_stream stream{};
    bool ready = false;

    explicit Inflater(int window_bits) { ready = inflateInit2(&stream, window_bits) == Z_OK; }

    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    ~Inflater() {
        if (ready) {
            inflateEnd(&stream);
        }
    }
};

Result<std::string> inflate_with(int window_bits, std::string_view bytes, std::size_t bytes_max) {
    Inflater inflater(window_bits);
    if (!inflater.ready || bytes.size() > std::numeric_limits<uInt>::max()) {
        return fail(ErrorCode::unavailable, "there is no memory to unpack it");
    }
    z_stream& stream = inflater.stream;
    // zlib's interface is older than const; it does not write there.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    std::array<char, 65'536> piece;
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
        if (out.size() > bytes_max) {
            return invalid(fmt::format("it holds more than {} bytes", bytes_max));
        }
    }
    if (state != Z_STREAM_END) {
        return invalid("its compressed data is damaged or cut");
    }
    return out;
}

}  // namespace

Result<std::string> inflate_gzip(std::string_view bytes, std::size_t bytes_max) {
    return inflate_with(kGzip, bytes, bytes_max);
}

Result<std::string> inflate_raw(std::string_view bytes, std::size_t bytes_max) {
    return inflate_with(kRaw, bytes, bytes_max);
}

std::uint32_t crc32_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())
    );
}

}  // namespace tuner
