package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulePackTest {
  @TempDir Path folder;

  @Test
  void theSameContentGivesTheSameBytesWhateverItsDates() throws IOException {
    Path module = module("tokenizer.json");
    Digest digest = ModulePack.pack(module, folder.resolve("a"));
    Files.setLastModifiedTime(module.resolve("manifest.json"), FileTime.fromMillis(1_000_000));
    assertThat(ModulePack.pack(module, folder.resolve("b"))).isEqualTo(digest);
    assertThat(ModulePack.digest(module)).isEqualTo(digest);
    assertThat(digest.hex())
        .as("golden")
        .isEqualTo("a518460ed7d4ca396932b68fb5b1f02601d32a6ad7b871f05575bc5d323c0218");
  }

  @Test
  void whatWasPackedIsUnpacked() throws IOException {
    Path module = module();
    ModulePack.pack(module, folder.resolve("a"));
    ModulePack.unpack(folder.resolve("a"), folder.resolve("cache/x"));
    ModulePack.unpack(folder.resolve("a"), folder.resolve("cache/x"));
    assertThat(ModulePack.digest(folder.resolve("cache/x"))).isEqualTo(ModulePack.digest(module));
    try (var left = Files.list(folder.resolve("cache"))) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void aPackCannotWriteOutsideItsDirectory() throws IOException {
    Path evil = folder.resolve("evil");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(evil))) {
      zip.putNextEntry(new ZipEntry("../escaped"));
      zip.closeEntry();
    }
    assertThatThrownBy(() -> ModulePack.unpack(evil, folder.resolve("cache/evil")))
        .hasMessageContaining("ISO-213");
    assertThat(folder.resolve("escaped")).doesNotExist();
    assertThat(folder.resolve("cache/evil")).doesNotExist();
  }

  @Test
  void whatIsNoPackIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "hello");
    assertThatThrownBy(() -> ModulePack.unpack(file, folder.resolve("cache/text")))
        .hasMessageContaining("ISO-213");
    assertThatThrownBy(() -> ModulePack.digest(folder)).hasMessageContaining("lacks manifest.json");
  }

  private Path module(String... more) throws IOException {
    Path module = Files.createDirectories(folder.resolve("module"));
    Files.writeString(module.resolve("manifest.json"), "{}");
    Files.writeString(module.resolve("module.safetensors"), "tensors");
    for (String name : more) {
      Files.writeString(module.resolve(name), "more");
    }
    return module;
  }
}
