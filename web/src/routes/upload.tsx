import '../styles/studio.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n.ts';
import { upload as messages } from '../messages/upload.ts';
import { mayUpload } from '../roles.ts';
import { config, session, tell } from '../state.ts';
import { Spinner } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { useTitle } from '../ui/title.ts';
import { Camera, type Taken } from '../upload/camera.tsx';
import { Item } from '../upload/item.tsx';
import { queueOf } from '../upload/current.ts';
import type { Queue } from '../upload/queue.ts';

export { messages };

/** Clips on their way: chosen, dropped or recorded, sent in parts, and followed until they are decided. */
export default function Upload() {
  useTitle(() => t('upload.title'));
  const queue = useSignal<Queue | null>(null);
  // By the token: a service that is busy keeps nobody from their files.
  useEffect(() => { queue.value = queueOf(session().whose); }, []);
  return (
    <div class="page studio">
      <h1>{t('upload.title')}</h1>
      {queue.value ? <Uploads queue={queue.value} /> : <Spinner />}
    </div>
  );
}

function Uploads({ queue }: { queue: Queue }) {
  const recording = useSignal(false);
  const add = (files: Iterable<File>) => void queue.add([...files]).catch(tell);
  const taken: Taken = (file, take) => void queue.addRecording(file, take).catch(tell);
  const items = queue.items.value;
  const may = mayUpload(config(), session().roles);
  return (
    <>
      {may ? <Drop add={add} record={() => { recording.value = true; }} /> : <p>{t('upload.notYou')}</p>}
      {recording.value && <Camera whose={queue.whose} taken={taken} close={() => { recording.value = false; }} />}
      <ol class="uploads" aria-label={t('upload.list')}>
        {items.map((item) => <Item key={item.id} item={item} queue={queue} />)}
      </ol>
      {may && items.length === 0 && <p class="nothing">{t('upload.none')}</p>}
      <p><a href="/clips">{t('upload.all')}</a></p>
    </>
  );
}

function Drop({ add, record }: { add: (files: Iterable<File>) => void; record: () => void }) {
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const chosen = () => {
    add(input.current?.files ?? []);
    if (input.current) {
      // The same file may be chosen again.
      input.current.value = '';
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    add([...(event.dataTransfer?.files ?? [])].filter(({ type, name }) => type.startsWith('video/') || /\.(mkv|mov|mp4|m4v|webm)$/i.test(name)));
  };
  return (
    <section
      class="drop"
      data-over={over.value}
      aria-label={t('upload.choose')}
      onDragOver={(event) => { event.preventDefault(); over.value = true; }}
      onDragLeave={() => { over.value = false; }}
      onDrop={drop}
    >
      <Icon name="upload" />
      <p>{t('upload.drop')}</p>
      <p class="acts">
        <label class="button primary">
          {t('upload.choose')}
          <input ref={input} class="unseen" type="file" accept="video/*,.mkv" multiple onChange={chosen} />
        </label>
        <button type="button" aria-haspopup="dialog" onClick={record}>{t('upload.record')}</button>
      </p>
      <p class="soft">{t('upload.rules')}</p>
    </section>
  );
}
