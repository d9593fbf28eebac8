package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ComponentTest {
  @Test
  @Tag("capability-7")
  void componentsAreFoundByNumber() {
    assertThat(Component.byId(7001).name()).isEqualTo("Flask");
    assertThat(Component.byId(6001).name()).isEqualTo("Kong");
    assertThat(Component.byId(1)).isEqualTo(Component.TOMCAT);
  }

  @Test
  @Tag("capability-7")
  void numbersNobodyKnowsAreKept() {
    assertThat(Component.byId(123_456).id()).isEqualTo(123_456);
    assertThat(Component.byId(-5).id()).isEqualTo(-5);
  }

  @Test
  void componentsAreFoundByName() {
    assertThat(Component.byName("tomcat")).isEqualTo(Component.TOMCAT);
    assertThat(Component.byName(" Flask ").id()).isEqualTo(7001);
    assertThat(Component.byName("7001").name()).isEqualTo("Flask");
    assertThat(Component.byName("99999").id()).isEqualTo(99_999);
    assertThat(Component.byName("no such thing")).isEqualTo(Component.UNKNOWN);
    assertThat(Component.byName("99999999999999999999")).isEqualTo(Component.UNKNOWN);
    assertThat(Component.byName("")).isEqualTo(Component.UNKNOWN);
    assertThat(Component.byName(null)).isEqualTo(Component.UNKNOWN);
    assertThat(Component.of(5, null).name()).isEmpty();
  }

  @Test
  void constantsAgreeWithTheCatalogue() throws IllegalAccessException {
    for (Field field : Component.class.getFields()) {
      Component constant = (Component) field.get(null);
      assertThat(Component.byId(constant.id()).name()).isEqualTo(constant.name());
    }
  }
}
