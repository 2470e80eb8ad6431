package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Fetches a checkpoint from the hub: of a repository's files those that an encoder wants, the
 * configuration first, so that a model of an unknown kind is refused before its weights come. Files
 * that are there whole stay, those that are there in part are gone on from, as long as the revision
 * is the same commit. Last come our own notes ({@code isogloss.json}).
 */
final class HubFetch {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String COMMIT = ".commit";

  private static final List<String> SMALL =
      List.of(
          "tokenizer.json",
          "vocab.txt",
          "tokenizer_config.json",
          "modules.json",
          "config_sentence_transformers.json",
          "sentence_bert_config.json",
          "README.md");

  private static final Pattern SHARD =
      Pattern.compile("model-[0-9]{1,6}-of-[0-9]{1,6}\\.safetensors");
  private static final Pattern STEP =
      Pattern.compile("[0-9]{1,3}_[A-Za-z]{1,40}/(config\\.json|model\\.safetensors)");
  private static final double MEGABYTE = 1e6;
  private static final JsonMapper JSON = new JsonMapper();

  private final HubClient client;
  private final FetchListener listener;

  HubFetch(HubClient client, FetchListener listener) {
    this.client = client;
    this.listener = listener;
  }

  /**
   * Fetches into a directory, which may hold what an earlier try brought.
   *
   * @param prefix what the model wants before every text, where its own files do not say
   * @throws IsoglossException FETCH_FAILED, DIGEST_MISMATCH, or UNSUPPORTED_MODEL
   */
  void into(HubModel model, Optional<String> prefix, Path directory) throws IOException {
    HubClient.Listing listing = client.list(model);
    begin(listing.commit(), directory);
    HubFile config =
        listing.find(CONFIG).orElseThrow(() -> unsupported(model, "has no config.json"));
    client.download(model, listing.commit(), config, directory.resolve(CONFIG));
    BackboneConfig.read(directory.resolve(CONFIG));
    List<HubFile> wanted = wanted(model, listing);
    for (HubFile file : wanted) {
      listener.step("fetching %s (%.1f MB)".formatted(file.path(), file.size() / MEGABYTE));
      client.download(model, listing.commit(), file, directory.resolve(file.path()));
    }
    wanted.add(config);
    Files.write(
        directory.resolve(EncodingRecipe.NOTES),
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(notes(model, listing, prefix, wanted, directory)));
    Files.delete(directory.resolve(COMMIT));
  }

  /** What is there of another commit goes: parts of two would make a third. */
  private static void begin(String commit, Path directory) throws IOException {
    Path marker = directory.resolve(COMMIT);
    if (!Files.exists(marker) || !Files.readString(marker, UTF_8).equals(commit)) {
      DirectoryTree.deleteIfPresent(directory);
      Files.createDirectories(directory);
      Files.writeString(marker, commit, UTF_8);
    }
  }

  private static List<HubFile> wanted(HubModel model, HubClient.Listing listing) {
    List<HubFile> wanted = new ArrayList<>();
    for (String name : SMALL) {
      listing.find(name).ifPresent(wanted::add);
    }
    if (listing.find("tokenizer.json").isEmpty() && listing.find("vocab.txt").isEmpty()) {
      throw unsupported(model, "has neither tokenizer.json nor vocab.txt");
    }
    for (HubFile file : listing.files()) {
      if (STEP.matcher(file.path()).matches()) {
        wanted.add(file);
      }
    }
    Optional<HubFile> whole = listing.find(WEIGHTS);
    Optional<HubFile> index = listing.find(INDEX);
    if (whole.isPresent()) {
      wanted.add(whole.get());
    } else if (index.isPresent()) {
      wanted.add(index.get());
      for (HubFile file : listing.files()) {
        if (SHARD.matcher(file.path()).matches()) {
          wanted.add(file);
        }
      }
    } else {
      throw unsupported(model, "has no safetensors");
    }
    return wanted;
  }

  private static Map<String, Object> notes(
      HubModel model,
      HubClient.Listing listing,
      Optional<String> prefix,
      List<HubFile> files,
      Path directory)
      throws IOException {
    Map<String, Object> notes = new LinkedHashMap<>();
    notes.put("source", model.toString());
    notes.put("commit", listing.commit());
    listing.licence().ifPresent(licence -> notes.put("licence", licence));
    prefix.ifPresent(text -> notes.put(EncodingRecipe.PREFIX_NOTE, text));
    Map<String, String> digests = new TreeMap<>();
    for (HubFile file : files) {
      Digest digest =
          file.sha256().isPresent()
              ? file.sha256().get()
              : Digest.ofFile(directory.resolve(file.path()));
      digests.put(file.path(), digest.hex());
    }
    notes.put("sha256", digests);
    return notes;
  }

  private static IsoglossException unsupported(HubModel model, String what) {
    return new IsoglossException(ErrorCode.UNSUPPORTED_MODEL, model + " " + what);
  }
}
