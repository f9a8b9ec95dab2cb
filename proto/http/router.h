// Routes: method and path pattern to handler. The table is data, so that tests can hold it against
// the contract.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proto/http/exchange.h"

namespace hansom::http {

// A handler answers the exchange or returns an error, which the session renders from the one table
// of wire errors (proto/http/wire_errors.h). It must outlive every exchange it serves.
using Handler = std::function<Awaitable<Status>(Exchange&)>;

struct Route {
  std::string method;  // "GET"; HEAD must be routed by itself
  // "/v1/clips/{id}/thumbnails/{n}"; a last segment "{name...}" takes one or more segments.
  std::string pattern;
  Handler handler;
};

class Router {
 public:
  void add(std::string method, std::string pattern, Handler handler);
  // Fields put on every answer of this router, errors included ("Tus-Resumable").
  void add_common_field(std::string name, std::string value);

  struct Match {
    const Route* route = nullptr;  // null: nothing matched
    bool path_known = false;       // another method would have (405 with Allow)
    std::string allow;
    std::map<std::string, std::string, std::less<>> parameters;
  };
  [[nodiscard]] Match match(std::string_view method, std::string_view path) const;
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  [[nodiscard]] const Fields& common_fields() const { return common_; }

 private:
  std::vector<Route> routes_;
  Fields common_;
};

}  // namespace hansom::http
