package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.server.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path above;

  @BeforeEach
  void hasRights() {
    assumeTrue(above.getFileSystem().supportedFileAttributeViews().contains("posix"));
  }

  @Test
  void aDirectoryThatTheServerMakesIsItsUsersAlone() throws Exception {
    Path directory = above.resolve("some").resolve("where");

    LuceneTraceStore.open(options(directory)).close();

    assertThat(rights(directory)).isEqualTo("rwx------");
  }

  @Test
  void aDirectoryThatIsThereKeepsItsRights() throws Exception {
    Path directory = Files.createDirectory(above.resolve("shared"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));

    LuceneTraceStore.open(options(directory)).close();

    assertThat(rights(directory)).isEqualTo("rwxr-x---");
  }

  @Test
  void aLinkToADirectoryIsADirectory() throws Exception {
    Path directory = Files.createDirectory(above.resolve("large-disk"));
    Path link = Files.createSymbolicLink(above.resolve("data"), directory);

    LuceneTraceStore.open(options(link)).close();

    assertThat(directory.resolve("format")).exists();
  }

  @Test
  void aFileInItsPlaceIsRefusedByName() throws Exception {
    Path file = Files.writeString(above.resolve("file"), "precious");

    assertThatThrownBy(() -> LuceneTraceStore.open(options(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("precious");
  }

  private static String rights(Path directory) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
  }
}
