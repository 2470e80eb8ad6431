package org.isogloss.streams.command;

import org.isogloss.encoder.space.View;

/** The views as the command line names them. */
enum ViewName {
  cross(View.CROSS_LINGUAL),
  mono(View.MONOLINGUAL);

  private final View view;

  ViewName(View view) {
    this.view = view;
  }

  View view() {
    return view;
  }

  static ViewName of(View view) {
    return switch (view) {
      case CROSS_LINGUAL -> cross;
      case MONOLINGUAL -> mono;
    };
  }
}
