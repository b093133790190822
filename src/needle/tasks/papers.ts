import type { Paper } from '../../strategies/schema';

export const RULER: Paper = {
  title: 'RULER: What’s the Real Context Size of Your Long-Context Language Models?',
  authors: 'Hsieh, Sun, Kriman, Acharya, Rekesh, Jia, Zhang, Ginsburg',
  year: 2024,
  arxiv: '2404.06654',
};

export const NEEDLE_THREADING: Paper = {
  title: 'Needle Threading: Can LLMs Follow Threads through Near-Million-Scale Haystacks?',
  authors: 'Roberts, Han, Albanie',
  year: 2024,
  arxiv: '2411.05000',
};
