package org.isogloss.it.secured;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The table of {@code docs/security.md}: role, resource, name, operations. A name that ends with an
 * asterisk is a prefix; what the role {@code every} has all have.
 *
 * @param rows in the order of the table
 */
record DocumentedRights(List<Row> rows) {
  private static final Path DOCUMENT = Path.of("../docs/security.md");
  private static final String EVERY = "every";
  private static final Pattern ROW =
      Pattern.compile(
          "\\| (\\w+) \\| (topic|group|transactional id|cluster) \\| `([\\w.*-]+)` \\| ([\\w, ]+) \\|");

  /** A line of the table. */
  record Row(String role, ResourceType type, String name, List<AclOperation> operations) {}

  static DocumentedRights read() {
    List<Row> rows = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(DOCUMENT)) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          List<AclOperation> operations = new ArrayList<>();
          for (String operation : row.group(4).split(", ")) {
            operations.add(AclOperation.valueOf(screaming(operation)));
          }
          rows.add(
              new Row(
                  row.group(1),
                  ResourceType.fromString(screaming(row.group(2).replace(" ", ""))),
                  row.group(3),
                  operations));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DocumentedRights(rows);
  }

  /** {@code DescribeConfigs} as {@code DESCRIBE_CONFIGS}. */
  private static String screaming(String name) {
    return switch (name) {
      case "transactionalid" -> "TRANSACTIONAL_ID";
      default -> name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    };
  }

  Set<String> roles() {
    Set<String> roles = new TreeSet<>();
    rows.forEach(row -> roles.add(row.role()));
    roles.remove(EVERY);
    return roles;
  }

  /** What to grant to a user so that it can fill a role. */
  List<AclBinding> of(String role, String user) {
    List<AclBinding> rights = new ArrayList<>();
    for (Row row : rows) {
      if (row.role().equals(role) || row.role().equals(EVERY)) {
        boolean prefix = row.name().endsWith("*");
        ResourcePattern pattern =
            new ResourcePattern(
                row.type(),
                prefix ? row.name().substring(0, row.name().length() - 1) : row.name(),
                prefix ? PatternType.PREFIXED : PatternType.LITERAL);
        for (AclOperation operation : row.operations()) {
          rights.add(
              new AclBinding(
                  pattern,
                  new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW)));
        }
      }
    }
    return rights;
  }
}
