import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ReadableError } from '../failure.ts';
import { clock, t } from '../i18n.ts';
import { tell } from '../state.ts';
import { Sheet } from '../ui/sheet.tsx';
import { Recording, type Take } from './takes.ts';

/** Formats that the service takes, the first that this browser records. */
const TYPES = ['video/mp4;codecs=avc1.640028,mp4a.40.2', 'video/mp4', 'video/webm;codecs=vp9,opus', 'video/webm'];
const LONGEST_MS = 600_000;
const TICK_MS = 250;
/** A tab that dies loses so much. */
const PIECE_MS = 1000;

export type Taken = (file: File, take: Take | null) => void;

/** Records a clip with the device's camera. */
export function Camera({ whose, taken, close }: { whose: string; taken: Taken; close: () => void }) {
  const { view, stream, refused } = useStream();
  const recorder = useSignal<MediaRecorder | null>(null);
  const ms = useTime(recorder.value);
  useGuard(recorder.value !== null);
  const begin = () => {
    if (stream.value) {
      recorder.value = record(stream.value, whose, (file, take) => {
        taken(file, take);
        close();
      });
    }
  };
  return (
    <Sheet title={t('upload.record')} onClose={close}>
      {refused.value ? (
        <p class="problem" role="alert">{refused.value}</p>
      ) : (
        <>
          <video class="viewfinder" ref={view} autoplay muted playsInline aria-label={t('upload.camera')} />
          <p class="acts">
            {recorder.value ? (
              <button type="button" class="primary" onClick={() => recorder.value?.stop()}>{t('upload.camera.stop')}</button>
            ) : (
              <button type="button" class="primary" disabled={!stream.value} onClick={begin}>{t('upload.camera.begin')}</button>
            )}
            <span role="timer">{clock(ms)}</span>
          </p>
        </>
      )}
    </Sheet>
  );
}

/** What the camera sees, while the sheet is open. */
function useStream() {
  const view = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | null>(null);
  const refused = useSignal('');
  useEffect(() => {
    let gone = false;
    const asked = { video: { facingMode: 'user', width: { ideal: 1080 }, height: { ideal: 1920 } }, audio: true };
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    void (devices ? devices.getUserMedia(asked) : Promise.reject(new Error())).then(
      (found) => {
        if (gone) {
          stop(found);
          return;
        }
        stream.value = found;
        if (view.current) {
          view.current.srcObject = found;
        }
      },
      () => { refused.value = t('upload.camera.refused'); },
    );
    return () => {
      gone = true;
      stop(stream.peek());
    };
  }, []);
  return { view, stream, refused };
}

/** What is being recorded ends with the page. */
function useGuard(isRecording: boolean): void {
  useEffect(() => {
    if (!isRecording) {
      return undefined;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isRecording]);
}

/** For how many milliseconds it has recorded; what is too long for a clip is ended. */
function useTime(recorder: MediaRecorder | null): number {
  const ms = useSignal(0);
  useEffect(() => {
    if (!recorder) {
      return undefined;
    }
    const began = Date.now();
    const timer = setInterval(() => {
      ms.value = Date.now() - began;
      if (ms.value > LONGEST_MS && recorder.state !== 'inactive') {
        recorder.stop();
      }
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [recorder]);
  return ms.value;
}

function record(stream: MediaStream, whose: string, taken: Taken): MediaRecorder {
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
  const made = new MediaRecorder(stream, { ...(mimeType && { mimeType }), videoBitsPerSecond: 8_000_000 });
  let recording: Recording | null = null;
  made.ondataavailable = ({ data }) => {
    // Only once it records does a browser that was not told say of which type.
    recording ??= new Recording(whose, (data.type || made.mimeType).split(';')[0] ?? '');
    recording.add(data);
  };
  made.onerror = () => tell(new ReadableError(t('upload.camera.refused')));
  made.onstop = () => void recording?.end().then(({ file, take }) => taken(file, take), tell);
  made.start(PIECE_MS);
  return made;
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}
