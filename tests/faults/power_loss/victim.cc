// A program whose lost bytes are known: does what its arguments say, one after the other, in the
// folder it stands in.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/durable_file.h"

namespace {

int descriptor_of(const std::string& path, int flags) {
  return ::open(path.c_str(), flags | O_CLOEXEC, 0640);
}

std::string word_of(bool done) {
  return done ? "ok" : std::strerror(errno);
}
std::string word_of(const hansom::Status& done) {
  return done ? "ok" : std::string(done.error().token);
}

// "verb:first:second": "ok", the errno in words, or the token of our own error.
std::string act(const std::string& verb, const std::string& first, const std::string& second) {
  using hansom::FileDescriptor;
  const std::string& path = first;
  if (verb == "write") {
    const FileDescriptor fd(descriptor_of(path, O_WRONLY | O_CREAT | O_APPEND));
    return word_of(::write(fd.get(), second.data(), second.size()) >= 0);
  }
  if (verb == "overwrite") {
    const FileDescriptor fd(descriptor_of(path, O_WRONLY));
    return word_of(::pwrite(fd.get(), second.data(), second.size(), 0) >= 0);
  }
  if (verb == "truncate") {
    const FileDescriptor fd(descriptor_of(path, O_WRONLY));
    return word_of(::ftruncate(fd.get(), std::stol(second)) == 0);
  }
  if (verb == "sync") {
    const FileDescriptor fd(descriptor_of(path, O_RDONLY));
    return word_of(hansom::durable::sync_data(fd.get(), path));
  }
  if (verb == "syncfolder") return word_of(hansom::durable::sync_directory(path));
  if (verb == "syncall") {
    const FileDescriptor fd(descriptor_of(path, O_RDONLY));
    return word_of(hansom::durable::sync_file_system(fd.get(), path));
  }
  if (verb == "rename") return word_of(::rename(path.c_str(), second.c_str()) == 0);
  if (verb == "link") return word_of(::link(path.c_str(), second.c_str()) == 0);
  if (verb == "unlink") return word_of(::unlink(path.c_str()) == 0);
  if (verb == "mkdir") return word_of(::mkdir(path.c_str(), 0750) == 0);
  return "unknown verb";
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string words = argv[i];
    const auto first = words.find(':');
    const auto second = words.find(':', first + 1);
    const bool has_second = second != std::string::npos;
    const std::string said =
        act(words.substr(0, first), words.substr(first + 1, second - first - 1),
            has_second ? words.substr(second + 1) : std::string());
    std::printf("%s\n", said.c_str());
    std::fflush(stdout);
  }
  return 0;
}
