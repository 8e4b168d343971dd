// Upload: a scan's facts, its files, how far they are, and whether the crew may leave the site.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, post } from '../core/api';
import { bytes, count, duration, localDay } from '../core/format';
import { t, word } from '../core/i18n';
import { go, linkTo, route } from '../core/router';
import type { Area, List, Scan, ScanFacts } from '../core/types';
import { user } from '../core/session';
import { beginUpload, engineOf, UploadEngine, type FileRow } from '../upload/engine';
import { keptScans, type KeptScan } from '../upload/kept';
import { filesIn, filesOfDrop, filesOfInput, type Picked } from '../upload/pick';
import { QualityView } from '../upload/quality_view';
import { Icon } from '../ui/icons';
import { useLoaded } from '../ui/hooks';
import { Busy, Dialog, Empty, Fault, Labelled, Progress, sayFault } from '../ui/parts';
import { VirtualList } from '../ui/virtual_list';

export default function UploadPage(): JSX.Element {
  const scan = route.value.rest[0];
  if (scan === 'new') return <ScanForm />;
  return scan ? <ScanView key={scan} id={scan} /> : <Overview />;
}

function Overview(): JSX.Element {
  const scans = useLoaded((signal) => get<List<Scan>>('/scans?limit=50', signal), [], 10000);
  const kept = useLoaded<KeptScan[]>(() => keptScans(), []);
  const areas = useLoaded((signal) => get<List<Area>>('/areas', signal), []);
  const areaName = (id: string): string => areas.value?.items.find((a) => a.id === id)?.name ?? id;
  const mine = (kept.value ?? []).filter((s) => !s.committed && s.user === user.value?.id);
  return (
    <div class="column">
      <header class="page-head">
        <div><h1>{t('uploadTitle')}</h1><p class="help">{t('uploadIntro')}</p></div>
        <a class="button primary large" href={linkTo('upload', 'new')}><Icon name="plus" />{t('newScan')}</a>
      </header>
      {mine.length > 0 && (
        <section>
          <h2>{t('openScans')}</h2>
          <ul class="cards">
            {mine.map((scan) => {
              const there = scan.files.filter((f) => f.there).length;
              return (
                <li key={scan.id}><a class="card" href={linkTo('upload', scan.id)}>
                  <b>{areaName(scan.facts.area)}</b>
                  <span>{scan.facts.crew} · {scan.facts.flown_on}</span>
                  <Progress part={there / Math.max(1, scan.files.length)} label={t('uploadDoneOf', there, scan.files.length)} />
                  <span class="help">{t('uploadDoneOf', count(there), count(scan.files.length))}</span>
                </a></li>
              );
            })}
          </ul>
        </section>
      )}
      <section>
        <h2>{t('myScans')}</h2>
        {scans.error ? <Fault error={scans.error} onRetry={scans.reload} />
          : !scans.value ? <Busy />
          : scans.value.items.length === 0 ? <Empty icon="upload">{t('none')}</Empty>
          : (
            <ul class="rows">
              {scans.value.items.map((scan) => (
                <li key={scan.id}><a href={linkTo('upload', scan.id)}>
                  <span class="grow"><b>{areaName(scan.area)}</b><small>{scan.crew} · {scan.instrument} · {scan.flown_on}</small></span>
                  {scan.file_count !== undefined && <span class="num">{t('filesFound', count(scan.file_count), bytes(scan.bytes ?? scan.received?.bytes ?? 0))}</span>}
                  <span class={`tag scan-${scan.state}`}>{word('scan_states', scan.state)}</span>
                </a></li>
              ))}
            </ul>
          )}
      </section>
    </div>
  );
}

const numberOrNull = (text: string): number | null => (text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text));

function ScanForm(): JSX.Element {
  const areas = useLoaded((signal) => get<List<Area>>('/areas', signal), []);
  const before = JSON.parse(localStorage.getItem('scanFacts') ?? '{}') as Partial<ScanFacts>;
  // A night's flight ends after midnight: until noon it belongs to the evening before.
  const night = new Date(Date.now() - 12 * 3600 * 1000);
  const [facts, setFacts] = useState({
    area: before.area ?? '', crew: before.crew ?? user.value?.name ?? '', instrument: before.instrument ?? '', flown_on: localDay(night),
    air: '', wind: '', humidity: '', note: '',
  });
  const [busy, setBusy] = useState(false);
  const set = (name: keyof typeof facts) => (event: { currentTarget: { value: string } }): void => setFacts({ ...facts, [name]: event.currentTarget.value });
  const list = areas.value?.items ?? [];
  const area = list.some((a) => a.id === facts.area) ? facts.area : list.length === 1 ? list[0]!.id : '';
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const request: ScanFacts = {
      area, crew: facts.crew.trim(), instrument: facts.instrument.trim(), flown_on: facts.flown_on, note: facts.note.trim(),
      conditions: { air_temp_c: numberOrNull(facts.air), wind_m_s: numberOrNull(facts.wind), humidity_pct: numberOrNull(facts.humidity) },
    };
    try {
      const scan = await post<{ id: string }>('/scans', request);
      localStorage.setItem('scanFacts', JSON.stringify({ area, crew: request.crew, instrument: request.instrument }));
      await beginUpload(scan.id, request);
      go('upload', scan.id);
    } catch (error) {
      sayFault(error);
      setBusy(false);
    }
  };
  if (areas.error) return <Fault error={areas.error} onRetry={areas.reload} />;
  return (
    <form class="column narrow stack" onSubmit={(event) => void submit(event)}>
      <header class="page-head"><h1>{t('newScan')}</h1></header>
      <Labelled label={t('area')}>
        <select name="area" required value={area} onChange={set('area')}>
          <option value="" disabled />
          {list.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}
        </select>
      </Labelled>
      <div class="pair">
        <Labelled label={t('crew')}><input name="crew" required maxLength={60} value={facts.crew} onInput={set('crew')} /></Labelled>
        <Labelled label={t('flownOn')}><input name="flown_on" type="date" required value={facts.flown_on} onInput={set('flown_on')} /></Labelled>
      </div>
      <Labelled label={t('instrument')}><input name="instrument" required maxLength={60} list="instruments" value={facts.instrument} onInput={set('instrument')} /></Labelled>
      <datalist id="instruments">{['DJI Mavic 3T', 'DJI Matrice 30T', 'DJI Zenmuse H20T', 'DJI Zenmuse XT2', 'FLIR T560', 'FLIR E96'].map((n) => <option key={n} value={n} />)}</datalist>
      <fieldset class="plain">
        <legend>{t('conditions')} <small>{t('optional')}</small></legend>
        <div class="triple">
          <Labelled label={t('airTemp')}><input name="air" inputMode="text" pattern="-?[0-9]+([.][0-9]+)?" value={facts.air} onInput={set('air')} /></Labelled>
          <Labelled label={t('wind')}><input name="wind" inputMode="decimal" pattern="[0-9]+([.][0-9]+)?" value={facts.wind} onInput={set('wind')} /></Labelled>
          <Labelled label={t('humidity')}><input name="humidity" inputMode="decimal" pattern="[0-9]+([.][0-9]+)?" value={facts.humidity} onInput={set('humidity')} /></Labelled>
        </div>
      </fieldset>
      <Labelled label={t('note')} hint={t('optional')}><textarea name="note" rows={2} maxLength={500} value={facts.note} onInput={set('note')} /></Labelled>
      <div class="actions sticky">
        <a class="button" href={linkTo('upload')}>{t('cancel')}</a>
        <button type="submit" class="primary large" disabled={busy || area === ''}>{t('next')}</button>
      </div>
    </form>
  );
}

function ScanView({ id }: { id: string }): JSX.Element {
  const [engine, setEngine] = useState<UploadEngine | null | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    void (async () => {
      let found = await engineOf(id);
      if (!found) {
        // Begun on another machine, or long ago: the server knows whether files are still to come.
        try {
          const scan = await get<Scan>(`/scans/${id}`);
          if (scan.state === 'open') found = await beginUpload(id, scan);
        } catch (error) {
          sayFault(error);
        }
      }
      if (gone) return;
      setEngine(found);
      if (found && found.state.value === 'needs_files') void found.reopen(false);
    })();
    return () => { gone = true; };
  }, [id]);
  if (engine === undefined) return <Busy />;
  return (
    <div class="column">
      <p><a class="back" href={linkTo('upload')}><Icon name="back" size={18} />{t('myScans')}</a></p>
      {engine && engine.state.value !== 'committed' ? <Sending engine={engine} /> : <Handed id={id} />}
    </div>
  );
}

function Handed({ id }: { id: string }): JSX.Element {
  const scan = useLoaded((signal) => get<Scan>(`/scans/${id}`, signal), [id], 5000);
  return (
    <>
      <p class="good"><Icon name="check" />{t('uploadCommitted')}</p>
      {scan.error && !scan.value ? <Fault error={scan.error} onRetry={scan.reload} /> : null}
      {scan.value && (
        <p class="help">
          {scan.value.crew} · {scan.value.instrument} · {scan.value.flown_on} · {t('filesFound', count(scan.value.received?.files ?? scan.value.files?.length), bytes(scan.value.received?.bytes ?? scan.value.bytes ?? 0))}
          {' '}<span class={`tag scan-${scan.value.state}`}>{word('scan_states', scan.value.state)}</span>
        </p>
      )}
      {scan.value && <QualityView scan={scan.value} />}
      <div class="actions">
        <a class="button" href={linkTo('jobs')}>{t('seeJob')}</a>
        <a class="button primary" href={linkTo('upload', 'new')}>{t('uploadAnother')}</a>
      </div>
    </>
  );
}

function Sending({ engine }: { engine: UploadEngine }): JSX.Element {
  void engine.version.value;
  const [discard, setDiscard] = useState(false);
  const [adding, setAdding] = useState(false);
  const state = engine.state.value;
  const { totals } = engine;
  const share = totals.bytes > 0 ? totals.sent / totals.bytes : 0;
  const rate = engine.rate();
  const left = totals.bytes - totals.sent;
  if (state === 'empty' && engine.rows.length === 0) return <ChooseFiles engine={engine} />;
  const line: Partial<Record<typeof state, string>> = {
    no_link: engine.fault.value || t('uploadWaiting'), paused: t('uploadPaused'), committing: t('uploadCommitting'), ready: t('uploadReady'),
    failed: engine.fault.value,
    working: rate > 0 && totals.sent < totals.bytes ? t('uploadRate', bytes(rate), duration(left / rate)) : totals.hashed < totals.files ? t('uploadChecking') : t('uploadSending'),
  };
  return (
    <>
      <header class="page-head"><div><h1>{engine.kept.facts.crew} · {engine.kept.facts.flown_on}</h1><p class="help">{t('keepAwake')}</p></div></header>
      <section class={`sending ${state}`}>
        <p class="big"><b class="num">{Math.floor(share * 100)} %</b><span>{t('uploadDoneOf', count(totals.there), count(totals.files))}<small>{bytes(totals.sent)} / {bytes(totals.bytes)}</small></span></p>
        <Progress part={share} label={t('upload')} class="thick" />
        <p class="state-line" role="status">{line[state] ?? ''}</p>
        {state === 'needs_files' && <AskAgain engine={engine} />}
        <label class="check"><input type="checkbox" checked={engine.kept.moreFollow} onChange={(e) => engine.setMoreFollow(e.currentTarget.checked)} />{t('moreFollow')}</label>
        <div class="actions">
          <button type="button" onClick={() => setDiscard(true)}>{t('discard')}</button>
          <button type="button" onClick={() => setAdding(!adding)} aria-expanded={adding}><Icon name="plus" />{t('addFiles')}</button>
          {state === 'paused' || state === 'failed'
            ? <button type="button" class="primary" onClick={() => engine.resume()}><Icon name="play" />{t('resume')}</button>
            : state === 'ready' || state === 'committing'
              ? <button type="button" class="primary" disabled={state === 'committing'} onClick={() => void engine.commit()}><Icon name="check" />{t('commit')}</button>
              : state !== 'needs_files' && <button type="button" onClick={() => engine.pause()}><Icon name="pause" />{t('pause')}</button>}
        </div>
      </section>
      {adding && <ChooseFiles engine={engine} onDone={() => setAdding(false)} />}
      {totals.leftOut > 0 && <LeftOut engine={engine} />}
      <FileList rows={engine.rows.filter((row) => row.status !== 'left_out')} />
      {discard && (
        <Dialog title={t('discard')} onClose={() => setDiscard(false)}>
          <p>{t('discardSure')}</p>
          <div class="actions">
            <button type="button" onClick={() => setDiscard(false)}>{t('cancel')}</button>
            <button type="button" class="danger" onClick={() => void engine.discard().then(() => go('upload'))}>{t('discard')}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function AskAgain({ engine }: { engine: UploadEngine }): JSX.Element {
  const folder = engine.kept.folder;
  return folder ? (
    <div class="ask">
      <p>{t('allowFolderWhy', folder.name)}</p>
      <button type="button" class="primary large" onClick={() => void engine.reopen(true)}><Icon name="play" />{t('allowFolder')}</button>
    </div>
  ) : (
    <div class="ask"><p>{t('chooseAgainWhy')}</p><ChooseFiles engine={engine} again /></div>
  );
}

function ChooseFiles({ engine, again = false, onDone }: { engine: UploadEngine; again?: boolean; onDone?: () => void }): JSX.Element {
  const [over, setOver] = useState(false);
  const folderInput = useRef<HTMLInputElement>(null);
  const take = (files: Picked[], folder: FileSystemDirectoryHandle | null = null): void => {
    engine.add(files, folder);
    onDone?.();
  };
  const chooseFolder = async (): Promise<void> => {
    if (!window.showDirectoryPicker) {
      folderInput.current?.click();
      return;
    }
    try {
      const folder = await window.showDirectoryPicker({ id: 'scan', mode: 'read' });
      take(await filesIn(folder), folder);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) sayFault(error);
    }
  };
  const input = (event: { currentTarget: HTMLInputElement }): void => {
    if (event.currentTarget.files?.length) take(filesOfInput(event.currentTarget.files));
    event.currentTarget.value = '';
  };
  return (
    <section
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) void filesOfDrop(event.dataTransfer).then((drop) => take(drop.files, drop.folder)).catch(sayFault);
      }}
    >
      <Icon name="folder" size={40} />
      <button type="button" class="primary large" onClick={() => void chooseFolder()}>{again ? t('chooseAgain') : t('chooseFolder')}</button>
      <input ref={folderInput} type="file" hidden multiple {...{ webkitdirectory: true }} aria-label={t('chooseFolder')} onChange={input} />
      <div class="pair">
        <label class="button"><Icon name="file" />{t('chooseFiles')}<input class="file-input" type="file" multiple data-test="files" onChange={input} /></label>
        <label class="button"><Icon name="camera" />{t('cameraRoll')}<input class="file-input" type="file" multiple accept="image/*" onChange={input} /></label>
      </div>
      <p class="help only-wide">{t('dropHere')}</p>
    </section>
  );
}

function LeftOut({ engine }: { engine: UploadEngine }): JSX.Element {
  const rows = engine.rows.filter((row) => row.status === 'left_out');
  const why = (row: FileRow): string => t(({ visible: 'kindVisible', empty: 'kindEmpty', unreadable: 'kindUnreadable' } as const)[row.kept.kind as 'visible'] ?? 'kindOther');
  return (
    <details class="note-box">
      <summary>{t('notFrames', count(rows.length))}</summary>
      <p>{t('notFramesWhy')}</p>
      <ul class="plain-list">{rows.slice(0, 200).map((row) => <li key={row.kept.path}><span>{row.kept.path}</span><small>{why(row)}</small></li>)}</ul>
      <button type="button" onClick={() => engine.sendAll()}>{t('sendAnyway')}</button>
    </details>
  );
}

const rank: Record<string, number> = { failed: 0, sending: 1, hashing: 2, asking: 3, queued: 3, waiting: 4, missing: 5, there: 6 };

function FileList({ rows }: { rows: FileRow[] }): JSX.Element {
  const sorted = [...rows].sort((a, b) => (rank[a.status] ?? 9) - (rank[b.status] ?? 9));
  const text = (row: FileRow): string => {
    switch (row.status) {
      case 'hashing': return t('fileHashing');
      case 'sending': return `${row.kept.size > 0 ? Math.floor((100 * row.sent) / row.kept.size) : 0} %`;
      case 'there': return row.knownBefore ? t('known') : t('fileDone');
      case 'failed': return row.fault || t('fileFailed');
      case 'missing': return t('fileMissing');
      default: return t('fileWaiting');
    }
  };
  return (
    <section>
      <h2>{t('files')}</h2>
      <VirtualList
        length={sorted.length} rowHeight={44} label={t('files')} class="files" name="file"
        row={(i) => {
          const row = sorted[i]!;
          return (
            <div class={`file ${row.status}`}>
              <span class="path">{row.kept.path}</span>
              <span class="num">{bytes(row.kept.size)}</span>
              <span class="how">{text(row)}</span>
              {row.status === 'sending' && <i class="file-bar" style={{ width: `${row.kept.size > 0 ? (100 * row.sent) / row.kept.size : 0}%` }} />}
            </div>
          );
        }}
      />
    </section>
  );
}

