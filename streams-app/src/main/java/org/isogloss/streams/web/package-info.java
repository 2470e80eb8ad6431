/**
 * What a process tells of itself over HTTP, to those who watch it.
 *
 * <table>
 *   <caption>what answers</caption>
 *   <tr><td>{@code /metrics}</td><td>every meter, as Prometheus text 0.0.4</td></tr>
 *   <tr><td>{@code /health}</td><td>200 while the process can do its work or may recover, 503 with
 *       the reason when it cannot: start it anew</td></tr>
 *   <tr><td>{@code /ready}</td><td>200 when every role works, and the modules that the registry
 *       names are loaded; 503 with the reason before that, and while a part is started
 *       again</td></tr>
 *   <tr><td>{@code /info}</td><td>JSON: version and digests of the code, roles, backbone, and the
 *       modules that serve with their digests</td></tr>
 * </table>
 *
 * <p>Anything else is 404, and any method but GET and HEAD 405. There is no authentication and
 * nothing can be changed: it listens on loopback unless told otherwise. No text of a sentence and
 * no setting of a client is ever told.
 *
 * <p>{@link org.isogloss.streams.web.Metric} names every meter there is; dashboards and alarms are
 * tested against it.
 *
 * <p>The server is safe for use by many threads and answers on virtual threads of its own. Must not
 * know the pipeline, nor who asks.
 */
@NullMarked
package org.isogloss.streams.web;

import org.jspecify.annotations.NullMarked;
