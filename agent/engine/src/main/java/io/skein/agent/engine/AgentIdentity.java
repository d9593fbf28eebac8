package io.skein.agent.engine;

import io.skein.agent.engine.settings.ServiceName;
import io.skein.agent.engine.settings.Setting;
import io.skein.agent.engine.settings.Settings;
import java.util.Map;
import java.util.UUID;

/**
 * Who this process is, towards the backend.
 *
 * @param service the service's name with namespace and cluster
 * @param instance the name of this process
 * @param processId 32 hex digits, new for each start
 */
record AgentIdentity(String service, String instance, String processId) {
  static AgentIdentity of(Settings settings) {
    String name = settings.text(Setting.SERVICE);
    if (name.isEmpty()) {
      name =
          ServiceName.find(
              System.getProperty("sun.java.command", ""),
              Map.of("spring.application.name", System.getProperty("spring.application.name", "")),
              System.getenv());
    }
    String namespace = settings.text(Setting.NAMESPACE);
    String cluster = settings.text(Setting.CLUSTER);
    if (!namespace.isEmpty() || !cluster.isEmpty()) {
      // Empty parts keep their bar: this is how SkyWalking's Java agent joins them, and names must
      // agree.
      name = name + "|" + namespace + "|" + cluster;
    }
    String processId = UUID.randomUUID().toString().replace("-", "");
    String instance = settings.text(Setting.INSTANCE);
    if (instance.isEmpty()) {
      instance = processId + "@" + InstanceFacts.address();
    }
    return new AgentIdentity(name, instance, processId);
  }
}
