/**
 * Plans of several trainings: a YAML file that names steps, each a command of {@code isogloss
 * train} with its options, in the order in which they are taken.
 *
 * <pre>
 * out: own                    # a folder with a folder for every step
 * options: {model: mbert}     # of every step
 * steps:
 *   - name: de-language
 *     stage: encode
 *     options: {lang: de, pairs: [de.tsv.gz]}
 *   - name: de
 *     stage: align
 *     seeds: [1, 2, 3]        # the step once for each: de-s1, de-s2, de-s3
 *     options: {lang: de, parallel: [a.tsv.gz, b.tsv.gz], language-module: "step:de-language", fp16: true}
 * </pre>
 *
 * <p>A list is joined by commas; {@code true} gives the option alone, {@code false} leaves it out;
 * {@code step:NAME} is the folder of an earlier step. Knows no command line: which stages and
 * options there are, others say.
 */
@NullMarked
package org.isogloss.trainer.plan;

import org.jspecify.annotations.NullMarked;
