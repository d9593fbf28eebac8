package io.skein.server.storage;

import io.skein.testing.fuzz.Check;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A digit for the part, then the bytes of an account book: refused by an {@link IOException}, or
 * read and then the same after being written and read again.
 */
public final class AccountBookFuzz {
  private AccountBookFuzz() {}

  private interface Part {
    void read(AccountBook book, DataInputStream in) throws IOException;
  }

  private interface Writing {
    void write(AccountBook book, DataOutputStream out) throws IOException;
  }

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    if (data.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
    if ((data[0] & 1) == 0) {
      check(bytes, AccountBookFile::readFigures, AccountBookFile::writeFigures);
    } else {
      check(bytes, AccountBookFile::readProperties, AccountBookFile::writeProperties);
    }
  }

  private static void check(byte[] bytes, Part part, Writing writing) throws IOException {
    AccountBook book = new AccountBook();
    try {
      part.read(book, in(bytes));
    } catch (IOException refused) {
      return;
    }
    byte[] written = written(book, writing);
    AccountBook again = new AccountBook();
    part.read(again, in(written));
    Check.equal(again.entries().keySet(), book.entries().keySet(), "instances");
    Check.equal(written(again, writing), written, "bytes");
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  private static byte[] written(AccountBook book, Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writing.write(book, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
