// One's own password.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../core/api';
import { t } from '../core/i18n';
import { askSession, logout } from '../core/session';
import { Dialog, Labelled, say } from '../ui/parts';

export function PasswordDialog({ firm, onClose }: { firm: boolean; onClose: () => void }): JSX.Element {
  const [old, setOld] = useState('');
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [fault, setFault] = useState('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (first.length < 10) return setFault(t('passwordShort'));
    if (first !== second) return setFault(t('passwordsDiffer'));
    try {
      await post('/password', { old, new: first });
      say(t('passwordChanged'));
      await askSession();
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  const field = (label: string, value: string, set: (v: string) => void, complete: string): JSX.Element => (
    <Labelled label={label}>
      <input type="password" required autocomplete={complete} value={value} onInput={(e) => set(e.currentTarget.value)} />
    </Labelled>
  );
  return (
    <Dialog title={t('changePassword')} firm={firm} onClose={onClose}>
      {firm && <p class="note">{t('passwordFirst')}</p>}
      <form class="stack" onSubmit={(event) => void submit(event)}>
        {field(t('oldPassword'), old, setOld, 'current-password')}
        {field(t('newPassword'), first, setFirst, 'new-password')}
        {field(t('newPasswordAgain'), second, setSecond, 'new-password')}
        {fault && <p class="fault" role="alert">{fault}</p>}
        <div class="actions">
          {firm ? <button type="button" onClick={() => void logout()}>{t('logout')}</button> : <button type="button" onClick={onClose}>{t('cancel')}</button>}
          <button type="submit" class="primary">{t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}
