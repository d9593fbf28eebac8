package io.skein.demo.shop;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class Health {
  @GetMapping("/health")
  String health() {
    return "UP";
  }
}
