package io.skein.server.collector;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Accepts connections up to a number; closes those beyond it at once. gRPC has no such limit. */
final class BoundedServerChannel extends NioServerSocketChannel {
  private final AtomicInteger open = new AtomicInteger();
  private final int max;
  private final MessageCounts counts;

  BoundedServerChannel(int max, MessageCounts counts) {
    this.max = max;
    this.counts = counts;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int read = super.doReadMessages(accepted);
    if (read == 1) {
      Channel channel = (Channel) accepted.get(accepted.size() - 1);
      if (open.get() >= max) {
        accepted.remove(accepted.size() - 1);
        channel.unsafe().closeForcibly();
        counts.add("too-many-connections");
        // Zero would end the accept loop: the channel would wait for the next event with others
        // still in the queue. They come with the next round of the event loop.
        return 0;
      }
      open.incrementAndGet();
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
    }
    return read;
  }
}
