package org.isogloss.error;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every error of the system, by its stable code. {@code ISO-1xx}: input, {@code 2xx}: model, {@code
 * 3xx}: Kafka, {@code 4xx}: training. A code, once released, keeps its meaning; the message may
 * improve.
 */
public enum ErrorCode {
  /** The text of a sentence is empty. */
  EMPTY_TEXT(101, "Send a sentence with text."),
  /** The text holds white space only. */
  BLANK_TEXT(102, "Send a sentence with text."),
  /** A record came without a key. */
  NULL_KEY(103, "Give every sentence its id as the record's key."),
  /** A record came without a value. */
  NULL_VALUE(104, "Sentences cannot be deleted by a null value; send a Sentence."),
  /** Bytes that should be UTF-8 are not. */
  INVALID_UTF8(105, "Write the text as UTF-8."),
  /** The text holds half of a surrogate pair. */
  LONE_SURROGATE(106, "Repair the text where it was cut: a surrogate pair was split."),
  /** The text holds a control character other than tab, line feed or carriage return. */
  CONTROL_CHARACTER(107, "Remove control characters; the text is probably binary."),
  /** The text is longer than the configured number of characters. */
  TEXT_TOO_LONG(108, "Split the text into sentences, or raise the limit of characters."),
  /** The value is not Avro single-object encoding, or does not match its schema. */
  UNDECODABLE_RECORD(109, "Write records in Avro single-object encoding, with a schema of ours."),
  /** The value names a schema fingerprint that nobody registered. */
  UNKNOWN_SCHEMA(110, "Register the writer's schema in isogloss.schemas before the first record."),
  /** The language given is not the language found. */
  LANGUAGE_MISMATCH(111, "Correct the language, or run the router with the policy trust."),
  /** No language was given and none could be identified. */
  UNIDENTIFIED_LANGUAGE(112, "Give the language of the sentence."),
  /** The language given is not a language code. */
  BAD_LANGUAGE(113, "Give a two or three letter ISO 639 code in lower case, such as de."),
  /** A sentence arrived after its scope was sealed. */
  SCOPE_SEALED(114, "Send the sentence in a new scope; a sealed scope takes no more."),
  /** The tokenizer produced nothing but special tokens, or failed. */
  UNTOKENIZABLE(115, "Check the text: the tokenizer finds no word in it."),
  /** The key, id or a field of the record contradicts another. */
  INCONSISTENT_RECORD(116, "Make the record's key equal to the sentence's id."),
  /** The header of views names none that there is. */
  BAD_VIEWS(117, "Name MONOLINGUAL, CROSS_LINGUAL or both, separated by a comma."),
  /** A file of input cannot be read, or is malformed. */
  BAD_INPUT_FILE(120, "Check the path and the format of the file."),
  /** A suite of evaluation items is malformed. */
  BAD_SUITE(123, "Mend the file at the line named; the layout stands in the README."),
  /** An option of the command line has a bad value. */
  BAD_OPTION(121, "See --help for the values allowed."),
  /** An output cannot be written. */
  OUTPUT_FAILED(122, "Check that the folder exists, is writable and has room."),

  /** A set of items is too small or too uniform for the metric asked for. */
  DEGENERATE_SET(130, "Give more items, or items that differ."),

  /** A model directory lacks a file. */
  MODEL_FILE_MISSING(201, "Point to a directory in Hugging Face layout."),
  /** A safetensors file is truncated, overlapping, oversize or otherwise malformed. */
  BAD_SAFETENSORS(202, "Fetch the file again: it is damaged or not safetensors."),
  /** A checkpoint's configuration is of a kind we do not know, or contradicts itself. */
  UNSUPPORTED_MODEL(203, "Use a BERT or XLM-R checkpoint; see `isogloss models list`."),
  /** A tensor is missing or has another shape than the configuration says. */
  BAD_TENSOR(204, "The weights do not fit config.json; fetch the model again."),
  /** A digest differs from the one recorded. */
  DIGEST_MISMATCH(205, "The file was altered or damaged; fetch it again."),
  /** A model cannot be fetched. */
  FETCH_FAILED(
      206,
      "Check the network, Maven's settings or those of the hub, then run the command again: a"
          + " download from the hub goes on where it broke off."),
  /** The native engine cannot start. */
  ENGINE_UNAVAILABLE(207, "Run `isogloss doctor`: natives, device or memory are not as needed."),
  /** The encoder failed on this sentence. */
  ENCODING_FAILED(208, "Report the sentence: the encoder fails on it alone."),
  /** The encoder gave NaN, an infinite value or a zero vector. */
  DEGENERATE_VECTOR(209, "Report the sentence and the module versions that encoded it."),
  /** The tokenizer file cannot be read. */
  BAD_TOKENIZER(210, "Use a tokenizer.json of Hugging Face's tokenizers, or a vocab.txt."),
  /** The device asked for is not there. */
  NO_SUCH_DEVICE(211, "Use --device cpu, or a CUDA device that `isogloss doctor` lists."),
  /** A module is malformed, or does not fit what it says it fits. */
  BAD_MODULE(213, "Publish the module again; `isogloss modules show` says what it was made for."),
  /** A module name stands for two contents. */
  MODULE_CONFLICT(216, "A version is immutable: publish the other content under a new number."),
  /** An alignment was made for another language module or pivot. */
  MODULE_MISFIT(217, "Activate it beside the modules it was made for, or make a new one."),
  /** The module store does not hold the module that was announced. */
  MODULE_MISSING(214, "Publish the module again, or correct the store that workers read."),
  /** The module store cannot be reached. */
  STORE_UNAVAILABLE(215, "Bring the module store back; it is tried again, the old module serves."),
  /** Vectors of different spaces were to be compared. */
  SPACE_MISMATCH(212, "Compare only vectors whose spaces are equal."),

  /** The broker cannot be reached. */
  BROKER_UNREACHABLE(301, "Check --bootstrap-servers, --kafka-config and that the broker runs."),
  /** The data directory is in use by another broker. */
  DATA_DIRECTORY_IN_USE(302, "Join the running broker, stop it, or use another --data DIR."),
  /** The embedded broker did not start. */
  BROKER_FAILED(303, "Look at the log in the data directory; check disk and ports."),
  /** A topic is missing or differs from what is needed. */
  BAD_TOPIC(304, "Let `isogloss up` create the topics, or create them as the README says."),
  /** This worker was replaced by another of the same slot. */
  FENCED(305, "Another worker runs under the same slot; give each worker its own."),
  /** A produced record was refused. */
  SEND_FAILED(306, "See the cause; size limits and rights are the usual ones."),
  /** There is no dead letter at the place named. */
  NO_SUCH_DEAD_LETTER(
      308, "See `isogloss dead list` for the places; old letters may have expired."),
  /** The port for metrics and health cannot be used. */
  PORT_UNAVAILABLE(309, "Choose another --http-port, or 0 for any free one."),
  /** The cluster does not know these credentials, or its certificate is not trusted. */
  NOT_AUTHENTICATED(
      310, "Give the right credentials and certificates by --kafka-config (docs/security.md)."),
  /** The cluster knows who we are and does not allow this. */
  NOT_AUTHORISED(311, "Have the right granted; docs/security.md lists what each role needs."),
  /** Something did not happen in time. */
  TIMED_OUT(307, "See whether router, encoder and miner run: `isogloss doctor`."),

  /** There is too little data to estimate anything from. */
  TOO_LITTLE_DATA(401, "Give more sentences or translations."),
  /** The numbers admit no solution. */
  NO_SOLUTION(402, "Give more data, or raise the regularisation."),
  /** A file to train on is evaluation data. */
  TRAINING_ON_EVALUATION(
      403,
      "Train on other text: --leave-out-leaks leaves single lines out; --allow-leak trains on them all"
          + " the same and records it."),
  /** A loss, a gradient or a weight is no number any more. */
  TRAINING_DIVERGED(410, "Lower the learning rate, then go on from the last checkpoint."),
  /** A checkpoint is damaged, or of another run. */
  BAD_CHECKPOINT(411, "Give the options and data of that run, or remove the folder to start anew."),
  /** A training was told to stop, and did so in order. */
  TRAINING_STOPPED(412, "Give the same command again: it goes on from where it stopped."),
  /** A training job is malformed, is not there, or is another's. */
  BAD_JOB(413, "See `isogloss train jobs`; submit the job again under another id."),

  /** A fault of the program itself. */
  INTERNAL(900, "This is a fault of ours: report it with the log.");

  private final int number;
  private final String remedy;

  ErrorCode(int number, String remedy) {
    this.number = number;
    this.remedy = remedy;
  }

  /** The error of this stable code; empty where it is none of ours, or of another version. */
  public static Optional<ErrorCode> of(String code) {
    return Arrays.stream(values()).filter(each -> each.code().equals(code)).findFirst();
  }

  /** The stable code, such as {@code ISO-105}. */
  public String code() {
    return "ISO-" + number;
  }

  /** What the user can do, in one sentence. */
  public String remedy() {
    return remedy;
  }
}
