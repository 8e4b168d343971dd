// What was found on site: three answers and a photo, for a thumb.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { localDay } from '../core/format';
import { lang, t, termsOf } from '../core/i18n';
import { Icon } from '../ui/icons';
import { Choice, Dialog, Labelled, say, sayFault } from '../ui/parts';
import { photoOf, record, type Photo } from './outbox';
import { reduced } from './photo';

interface RecordFormProps { hazard: string; lon: number | null; lat: number | null; onClose: () => void }

function Thumb({ photo, onRemove }: { photo: Photo; onRemove: () => void }): JSX.Element {
  const [url] = useState(() => URL.createObjectURL(photo.blob));
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <li><img src={url} alt={t('photo')} /><button type="button" class="square" aria-label={t('removePhoto')} onClick={onRemove}><Icon name="close" size={18} /></button></li>;
}

export function RecordForm({ hazard, lon, lat, onClose }: RecordFormProps): JSX.Element {
  const [method, setMethod] = useState<string | null>(localStorage.getItem('lastMethod'));
  const [result, setResult] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [photos, setPhotos] = useState<Photo[]>([]);
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const text = (term: { en: string; zh: string }): string => (lang.value === 'zh' ? term.zh : term.en);
  const hints: Record<string, string> = { found: t('foundHint'), likely: t('likelyHint'), not_found: t('notFoundHint') };
  const addPhoto = async (files: FileList | null): Promise<void> => {
    setBusy(true);
    try {
      for (const file of Array.from(files ?? [])) {
        const photo = await photoOf(await reduced(file));
        setPhotos((before) => [...before, photo]);
      }
    } catch (error) {
      sayFault(error);
    }
    setBusy(false);
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!method) return setFault(t('needsMethod'));
    if (!result) return setFault(t('needsResult'));
    setBusy(true);
    try {
      localStorage.setItem('lastMethod', method);
      await record(hazard, { method, result, on: localDay(), note: note.trim(), lon, lat }, photos);
      say(t('savedLocal'));
      onClose();
    } catch (error) {
      sayFault(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('record')} onClose={onClose} wide>
      <form class="stack record" onSubmit={(event) => void save(event)}>
        <p class="help">{hazard}</p>
        <Choice label={t('result')} class="results" value={result} onChange={(v) => { setResult(v); setFault(''); }} options={termsOf('results').map((r) => ({ value: r.code, text: text(r), hint: hints[r.code] ?? '' }))} />
        <Choice label={t('method')} class="grid" value={method} onChange={(v) => { setMethod(v); setFault(''); }} options={termsOf('methods').map((m) => ({ value: m.code, text: text(m) }))} />
        <div>
          <label class="button block"><Icon name="camera" />{t('takePhoto')}<input class="file-input" type="file" accept="image/*" capture="environment" data-test="photo" onChange={(e) => { void addPhoto(e.currentTarget.files); }} /></label>
          {photos.length > 0 && <ul class="photos">{photos.map((p) => <Thumb key={p.client_id} photo={p} onRemove={() => setPhotos(photos.filter((q) => q !== p))} />)}</ul>}
        </div>
        <Labelled label={t('note')} hint={t('optional')}><textarea rows={2} maxLength={1000} value={note} onInput={(e) => setNote(e.currentTarget.value)} /></Labelled>
        {fault && <p class="fault" role="alert">{fault}</p>}
        <div class="actions sticky"><button type="button" onClick={onClose}>{t('cancel')}</button><button type="submit" class="primary large" disabled={busy}>{t('saveRecord')}</button></div>
      </form>
    </Dialog>
  );
}

