// A list of any length with rows of one height: only what is seen is in the document.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps {
  length: number;
  rowHeight: number;
  label: string;
  row: (index: number) => ComponentChildren;
  /** Kept in sight when it changes. */
  active?: number;
  onChoose?: (index: number) => void;
  class?: string;
  name?: string;
}

/** Browsers end an element at some 33 million pixels; 100,000 rows of 64 are far below. */
export function VirtualList({ length, rowHeight, label, row, active = -1, onChoose, class: name = '', name: idBase = 'row' }: VirtualListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element || active < 0) return;
    const above = active * rowHeight;
    const below = above + rowHeight;
    if (above < element.scrollTop) element.scrollTop = above;
    else if (below > element.scrollTop + element.clientHeight) element.scrollTop = below - element.clientHeight;
  }, [active, rowHeight, length]);

  const spare = 6;
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(length, Math.ceil((top + height) / rowHeight) + spare);
  const rows: JSX.Element[] = [];
  for (let i = first; i < last; ++i) {
    const attributes = onChoose
      ? { role: 'option', 'aria-selected': i === active, 'aria-posinset': i + 1, 'aria-setsize': length, onClick: () => onChoose(i) }
      : { role: 'listitem', 'aria-posinset': i + 1, 'aria-setsize': length };
    rows.push(
      <div key={i} id={`${idBase}-${i}`} class={i === active ? 'vrow on' : 'vrow'} style={{ height: `${rowHeight}px`, transform: `translateY(${i * rowHeight}px)` }} {...attributes as object}>
        {row(i)}
      </div>,
    );
  }
  const move = (event: KeyboardEvent): void => {
    if (!onChoose || length === 0) return;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -length, End: length };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onChoose(Math.max(0, Math.min(length - 1, active + step)));
  };
  const listAttributes = onChoose
    ? { role: 'listbox', 'aria-activedescendant': active >= first && active < last ? `${idBase}-${active}` : undefined }
    : { role: 'list' };
  return (
    <div ref={box} class={`vlist ${name}`} tabIndex={0} aria-label={label} onKeyDown={move} onScroll={(event) => setTop(event.currentTarget.scrollTop)} {...listAttributes as object}>
      <div class="vroom" role="presentation" style={{ height: `${length * rowHeight}px` }}>{rows}</div>
    </div>
  );
}
