/** A database of this browser, which outlives the tab: named stores, and one act in one store at a time. */
export class Disk<Store extends string> {
  readonly #name: string;
  readonly #stores: readonly Store[];
  #opened: Promise<IDBDatabase> | null = null;

  constructor(name: string, stores: readonly Store[]) {
    this.#name = name;
    this.#stores = stores;
  }

  /** What the request that `act` made found, once its transaction is over. */
  async run<Value>(store: Store, mode: IDBTransactionMode, act: (of: IDBObjectStore) => IDBRequest): Promise<Value> {
    const transaction = (await this.#database()).transaction(store, mode);
    const request = act(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result as Value);
      transaction.onabort = () => reject(transaction.error ?? request.error);
      transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  }

  #database(): Promise<IDBDatabase> {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => {
        for (const name of this.#stores) {
          request.result.createObjectStore(name);
        }
      };
      request.onsuccess = () => {
        // Closed by the browser, as when somebody clears the site's data: the next act opens it anew.
        request.result.onclose = () => { this.#opened = null; };
        resolve(request.result);
      };
      request.onerror = () => {
        this.#opened = null;
        reject(request.error);
      };
    });
    return this.#opened;
  }
}
