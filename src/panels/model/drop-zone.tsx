import { useEffect, useRef, useState } from 'react';
import { droppedFiles } from './picked-source';
import { useChooseFiles } from './source-fields';

/** The whole page takes dropped folders and files of a model. */
export function DropZone() {
  const [over, setOver] = useState(false);
  const choose = useRef(useChooseFiles());
  choose.current = useChooseFiles();

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      droppedFiles(event.dataTransfer).then(choose.current, () => choose.current([]));
    };
    window.addEventListener('dragover', drag);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', drag);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);

  return over && <div className="drop-zone">Drop a model’s folder or files</div>;
}
