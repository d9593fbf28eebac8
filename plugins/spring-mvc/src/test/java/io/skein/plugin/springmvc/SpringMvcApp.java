package io.skein.plugin.springmvc;

import io.skein.testing.http.StartedOnce;
import io.skein.testing.servlet.ContractServlet;
import io.skein.testing.servlet.EmbeddedTomcat;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Spring MVC in a Tomcat, twice: as the default servlet, and below /api of a context /shop. */
public final class SpringMvcApp extends StartedOnce {
  static final String DEFAULT_PREFIX = "";

  @Override
  protected int start(Executor threads) throws Exception {
    EmbeddedTomcat tomcat = new EmbeddedTomcat(threads);
    atEnd(tomcat);
    addSpring(tomcat.add(""), "/");
    addSpring(tomcat.add("/shop"), "/api/*");
    return tomcat.start();
  }

  private static void addSpring(Context context, String mapping) {
    AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
    spring.register(Web.class, Endpoints.class);
    DispatcherServlet dispatcher = new DispatcherServlet(spring);
    Wrapper servlet = Tomcat.addServlet(context, "dispatcher", dispatcher);
    servlet.setAsyncSupported(true);
    servlet.setLoadOnStartup(1);
    context.addServletMappingDecoded(mapping, "dispatcher");
  }

  @Configuration(proxyBeanMethods = false)
  @EnableWebMvc
  static class Web {
    @Bean
    RouterFunction<ServerResponse> routes() {
      return RouterFunctions.route()
          .GET("/routes/{name}", request -> ServerResponse.ok().body(request.pathVariable("name")))
          .build();
    }
  }

  @RestController
  static class Endpoints {
    private final ContractServlet contract = new ContractServlet();

    @RequestMapping({
      "/hello",
      "/fail",
      "/local",
      "/exit",
      "/stream",
      "/virtual",
      "/status/{code}",
      "/together/{n}"
    })
    void contract(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      contract.service(request, response);
    }

    @GetMapping("/orders/{id}/lines/{line}")
    String pattern(@PathVariable("id") String id, @PathVariable("line") String line) {
      return id + line;
    }

    @GetMapping("/handled/{status}")
    String handled(@PathVariable("status") int status) {
      throw new IllegalArgumentException(Integer.toString(status));
    }

    @ExceptionHandler(IllegalArgumentException.class)
    ResponseEntity<String> answer(IllegalArgumentException e) {
      return ResponseEntity.status(HttpStatus.valueOf(Integer.parseInt(e.getMessage())))
          .body("handled");
    }

    @GetMapping("/callable/{id}")
    Callable<String> callable(@PathVariable("id") String id) {
      return () -> "callable " + id;
    }

    @GetMapping("/deferred/{how}")
    DeferredResult<String> deferred(@PathVariable("how") String how) {
      DeferredResult<String> result = new DeferredResult<>(10_000L);
      CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                if (how.equals("failing")) {
                  result.setErrorResult(new IllegalStateException("failed later"));
                } else {
                  result.setResult(how);
                }
              });
      return result;
    }

    @GetMapping("/future/{id}")
    CompletableFuture<String> future(@PathVariable("id") String id) {
      return CompletableFuture.supplyAsync(() -> "future " + id);
    }
  }
}
