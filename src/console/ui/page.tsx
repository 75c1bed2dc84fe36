import type { ComponentChildren } from 'preact';

/** The head of a screen: what it is, what is shown (its zone above all), and what can be done with all of it. */
export const PageHead = ({
  title,
  note,
  children,
}: {
  readonly title: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly children?: ComponentChildren;
}) => (
  <header class="page-head">
    <div>
      <h1>{title}</h1>
      {note && <p>{note}</p>}
    </div>
    {children && <div class="row">{children}</div>}
  </header>
);
