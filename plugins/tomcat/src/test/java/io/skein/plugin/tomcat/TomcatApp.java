package io.skein.plugin.tomcat;

import io.skein.testing.http.StartedOnce;
import io.skein.testing.servlet.ContractServlet;
import io.skein.testing.servlet.EmbeddedTomcat;
import io.skein.testing.servlet.RefusingFilter;
import java.util.concurrent.Executor;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** Tomcat in the application under test. */
public final class TomcatApp extends StartedOnce {
  @Override
  protected int start(Executor threads) throws Exception {
    EmbeddedTomcat tomcat = new EmbeddedTomcat(threads);
    atEnd(tomcat);
    Context context = tomcat.add("");
    Wrapper servlet = Tomcat.addServlet(context, "contract", new ContractServlet());
    servlet.setAsyncSupported(true);
    context.addServletMappingDecoded("/*", "contract");
    context.addErrorPage(errorPage());
    addFilter(context);
    return tomcat.start();
  }

  private static ErrorPage errorPage() {
    ErrorPage page = new ErrorPage();
    page.setErrorCode(418);
    page.setLocation("/error-page");
    return page;
  }

  private static void addFilter(Context context) {
    FilterDef filter = new FilterDef();
    filter.setFilterName("refusing");
    filter.setFilter(new RefusingFilter());
    filter.setAsyncSupported("true");
    context.addFilterDef(filter);
    FilterMap everything = new FilterMap();
    everything.setFilterName("refusing");
    everything.addURLPattern("/*");
    context.addFilterMap(everything);
  }
}
