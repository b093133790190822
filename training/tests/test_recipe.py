"""Fast checks of the recipe: `python3 -m unittest` in this folder's parent."""
import json
import os
import random
import re
import tempfile
import unittest

import numpy as np
import torch

from recipe import attention, card, configs, curves, evaluate, export, needles, schedule, sentences, sequences, stories, text, tokenizer, words
from recipe.model import Attention, GatedUnit, Model, Normalise, Shape
from recipe.optimizer import orthogonal
from recipe.probes import Watch, positions_of

SMALL = Shape(vocabulary=320, hidden=32, layers=2, heads=4, kv_heads=2, head_size=8, feed_forward=48)


def small_tokenizer():
    told = stories.stories(random.Random(1), 30)
    return tokenizer.train([" " + sentence for sentences in told for sentence in sentences], 320)


def small_pools():
    tokens = small_tokenizer()
    told = stories.stories(random.Random(2), 20)
    story = [[np.array(tokens.encode(" " + sentence)) for sentence in sentences] for sentences in told]
    return sequences.Pools(tokens, story, story)


class TokenizerTest(unittest.TestCase):
    def test_decodes_what_it_encodes(self):
        tokens = small_tokenizer()
        for said in ("\nQuestion: What is the secret code of Kyoto?", " 48213.", "naïve — ünder_score\t  x", ""):
            self.assertEqual(tokens.decode(tokens.encode(said)), said)

    def test_numbers_are_split_into_digits_and_take_the_space_before(self):
        self.assertEqual(tokenizer.SPLIT.findall("is 482."), ["is", " 4", "8", "2", "."])

    def test_loads_what_it_saves(self):
        tokens = small_tokenizer()
        with tempfile.TemporaryDirectory() as folder:
            tokens.save(folder, 64)
            again = tokenizer.Tokenizer.load(folder)
        self.assertEqual(again.ids, tokens.ids)
        self.assertEqual(again.encode(" The old harbor"), tokens.encode(" The old harbor"))


class TextTest(unittest.TestCase):
    def test_sentences_end_where_another_can_begin(self):
        self.assertEqual(text.sentences('He said "Go." Then e.g. nothing\n happened! 3 men came.'),
                         ['He said "Go."', "Then e.g. nothing happened!", "3 men came."])


class StoryTest(unittest.TestCase):
    def test_the_parts_of_a_plot_come_in_their_order(self):
        forms = {form: part for part, told in enumerate(stories.PLOT) for form in told}
        self.assertEqual(len(forms), sum(map(len, stories.PLOT)))
        known = [(re.compile("^" + re.sub(r"\\\[\w+\\\]", ".+", re.escape(form)) + "$"), part) for form, part in forms.items()]
        for told in stories.stories(random.Random(1), 50):
            parts = [{part for form, part in known if form.match(sentence)} for sentence in told[1:-1]]
            at = -1
            for possible in parts:
                at = min((part for part in possible if part > at), default=None)
                self.assertIsNotNone(at, told)


class HeldTest(unittest.TestCase):
    def test_training_never_draws_held_words(self):
        held = set(words.HELD_BOYS + words.HELD_GIRLS + words.HELD_CITIES + words.HELD_WORDS)
        source = needles.NeedleSource(random.Random(3))
        drawn = [piece for _ in range(3000) for text in source.draw().texts() for piece in re.findall(r"\w+", text)]
        told = [piece for story in stories.stories(random.Random(4), 500) for text in story
                for piece in re.findall(r"\w+", text)]
        self.assertEqual(held & set(drawn + told), set())

    def test_held_favorites_are_never_favorites_in_training(self):
        for kind, values in words.HELD_FAVORITES.items():
            self.assertEqual(set(values) & set(words.FAVORITES[kind]), set())


class NeedleTest(unittest.TestCase):
    def test_answers_name_their_values(self):
        for held in (False, True):
            source = needles.NeedleSource(random.Random(5), held)
            for _ in range(500):
                needle = source.draw()
                answer = "".join(piece for piece, _ in needle.answer)
                for value in needle.values:
                    self.assertIn(value, answer)
                    self.assertTrue(any(value in fact for fact in needle.texts()))
                self.assertNotIn("[", answer + needle.question)

    def test_forms_never_are_held_ones_and_ask_without_the_value(self):
        held = {(form[0], form[2]) for form in sentences.HELD_SENTENCES}
        source = needles.NeedleSource(random.Random(6))
        for _ in range(500):
            statement, value, question = source.form()
            self.assertNotIn((statement, question), held)
            self.assertEqual((statement.count("{}"), statement[-1], question[-1]), (1, ".", "?"))
            needle = source.sentence((statement, value, question))
            for filled in (*needle.texts(), needle.question):
                self.assertNotRegex(filled, r"[\[\]{}]|  ")

    def test_an_ordinal_asks_for_the_number_at_that_place(self):
        source = needles.NeedleSource(random.Random(7))
        for _ in range(20):
            needle = source.ordinal()
            place = next(i for i, word in enumerate(needles.ORDINALS) if f" {word} " in f" {needle.question} ")
            self.assertTrue(needle.texts()[place].endswith(f" {needle.values[0]}."))

    def test_chains_lead_on(self):
        needle = needles.NeedleSource(random.Random(6)).chain(3, "forward")
        self.assertEqual(len(needle.facts), 3)
        for here, there in zip(needle.values, needle.texts()[1:]):
            self.assertTrue(there.startswith(f"The {here} is in the "))


class SequenceTest(unittest.TestCase):
    def test_sequences_have_the_length_asked_for(self):
        draw = sequences.Sequences(small_pools(), random.Random(7))
        for kind in ("repeats", "text", "needles"):
            for length in (64, 300, 1500):
                ids, weights, positions = draw.draw(length, {kind: 1}, 1)
                self.assertEqual((len(ids), len(weights), len(positions)), (length + 1, length + 1, length))
                self.assertEqual(ids[0], tokenizer.BOS)
                self.assertTrue((np.diff(positions) > 0).all() and positions[-1] <= sequences.FARTHEST)

    def test_prompts_have_the_length_and_the_fact(self):
        draw = sequences.Sequences(small_pools(), random.Random(8), held=True)
        for depth in (0, 50, 100):
            needle = draw.needles.code()
            ids, spans = sequences.app_prompt(draw, [needle], [[depth]], 400, "story")
            self.assertEqual(len(ids), 400)
            _, begin, end = spans[0]
            self.assertEqual(draw.tokens.decode(ids[begin:end]), " " + needle.texts()[0])
            self.assertTrue(draw.tokens.decode(ids).endswith(f"\nQuestion: {needle.question}\nAnswer:"))


class ModelTest(unittest.TestCase):
    def test_tiles_give_what_whole_rows_give(self):
        q = torch.randn(1, 2, 300, 2, 8, requires_grad=True)
        k, v = (torch.randn(1, 2, 300, 8, requires_grad=True) for _ in range(2))
        results = []
        for short in (10, 1000):
            attention.SHORT, before = short, attention.SHORT
            out = attention.attend(q, k, v)
            results.append([out, *torch.autograd.grad((out * out.detach().sin()).sum(), (q, k, v))])
            attention.SHORT = before
        for tiled, whole in zip(*results):
            self.assertLess((tiled - whole).abs().max().item(), 1e-4)

    def test_own_gradients(self):
        x, gain = torch.randn(3, 5, dtype=torch.double, requires_grad=True), torch.ones(5, dtype=torch.double, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(lambda x, g: Normalise.apply(x, g, 1e-5), (x, gain)))
        up = torch.randn(3, 5, dtype=torch.double, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(GatedUnit.apply, (x, up)))

    def test_a_cache_and_watched_weights_change_nothing(self):
        model = Model(SMALL, 3)
        model.model.layers[0].self_attn.o_proj.weight.data.normal_(0, 0.1)
        ids = torch.randint(0, 320, (1, 30))
        whole = model(ids, positions_of(ids))
        self.assertLess((model(ids, positions_of(ids), watch=Watch()) - whole).abs().max().item(), 1e-4)
        caches = [[] for _ in range(SMALL.layers)]
        first = model(ids[:, :20], positions_of(ids)[:, :20], caches)
        rest = model(ids[:, 20:], positions_of(ids)[:, 20:], caches)
        self.assertLess((torch.cat([first, rest], 1) - whole).abs().max().item(), 1e-4)

    def test_what_heads_add_is_measured_by_head(self):
        part = Attention(SMALL)
        out = torch.randn(1, SMALL.heads, 3, SMALL.head_size)
        alone = torch.zeros(SMALL.heads, *out.shape).index_put((torch.arange(4), torch.zeros(4).long(), torch.arange(4)), out[0])
        added = part.o_proj(alone.squeeze(1).transpose(1, 2).reshape(SMALL.heads, 3, -1))
        self.assertLess((part.lengths(out)[0] - added.norm(dim=-1)).abs().max().item(), 1e-3)

    def test_a_price_is_asked_for_what_is_added_only(self):
        model, ids = Model(SMALL, 3), torch.randint(0, 320, (1, 30))
        Attention.priced = True
        try:
            model(ids, positions_of(ids))
            some = model.written.item()
            for layer in model.model.layers:
                layer.self_attn.o_proj.weight.data.zero_()
            model(ids, positions_of(ids))
        finally:
            Attention.priced = False
        self.assertLess(model.written.item(), some / 10)

    def test_scores_are_capped_by_head(self):
        torch.manual_seed(1)
        model, ids = Model(SMALL, 3), torch.randint(0, 320, (1, 30))
        part, seen = model.model.layers[1].self_attn, {}

        def watch(layer, q, k, v):
            scores = torch.einsum("bktgd,bksd->bkgts", q, k)
            seen[layer] = scores.abs().amax((0, 3, 4)).flatten()

        Attention.capped = True
        try:
            model(ids, positions_of(ids), watch=watch)
        finally:
            Attention.capped = False
        before = seen[1]
        self.assertLess((part.highest - before).abs().max().item(), 1e-4)
        most = before.sort().values[1:3].mean().item()
        part.cap(most)
        model(ids, positions_of(ids), watch=watch)
        self.assertLess(seen[1].max().item(), most + 1e-3)
        for first in (0, 2):
            group = slice(first, first + 2)
            if before[group].max() > most:
                self.assertAlmostEqual(seen[1][group].max().item(), most, 2)
            else:
                self.assertLess((seen[1][group] - before[group]).abs().max().item(), 1e-4)

    def test_muon_updates_are_about_orthogonal(self):
        sizes = torch.linalg.svdvals(orthogonal(torch.randn(12, 30)))
        self.assertTrue(((sizes > 0.4) & (sizes < 1.4)).all())


class ExportTest(unittest.TestCase):
    def test_an_exported_model_loads_and_computes_the_same(self):
        model, tokens = Model(SMALL, 4), small_tokenizer()
        with tempfile.TemporaryDirectory() as folder:
            tokens.save(folder, 64)
            path = os.path.join(folder, "final.pt")
            torch.save({"model": model.state_dict(), "config": {"shape": vars(SMALL)}}, path)
            export.export(path, folder, os.path.join(folder, "out"))
            again, tokens_again, first_token = export.load(os.path.join(folder, "out"))
            with open(os.path.join(folder, "out", "config.json"), encoding="utf8") as file:
                self.assertEqual(json.load(file)["architectures"], ["LlamaForCausalLM"])
        self.assertEqual(again.shape, SMALL)
        self.assertTrue(first_token)
        self.assertEqual(tokens_again.pieces, tokens.pieces)
        ids = torch.tensor([[0, *tokens.encode(" The old harbor was quiet.")]])
        self.assertLess((again(ids, positions_of(ids)) - model(ids, positions_of(ids))).abs().max().item(), 0.02)


class EvaluationTest(unittest.TestCase):
    def test_measures_goes_on_and_writes_the_card(self):
        pools = small_pools()
        model = Model(SMALL, 5)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results.json")
            measured = evaluate.Evaluation(model, pools, path)
            measured.keep("grid 256 0", [measured.single(256, 0, number) for number in range(2)])
            measured.keep("task list 3 512", measured.task("list 3", 512, 1))
            measured.keep("task distractors 4 512", measured.task("distractors 4", 512, 1))
            measured.keep("sinks", measured.sinks())
            measured.keep("retrieval", {"scores": [[0.1, 0.9, 0, 0], [0, 0.6, 0.2, 0]], "solved": 1, "tokens": 5})
            measured.keep("ablation", {"none": measured.without([], 1), "top tenth": measured.without([[0, 1]], 1)})
            again = evaluate.Evaluation(model, pools, path)
            self.assertEqual(again.results, json.loads(json.dumps(measured.results)))
        config = {"shape": vars(SMALL), "seed": 1, "hold": {"accuracy": 0.9}}
        written = card.card(again.results, config, [{"step": 9, "tokens": 9e6, "seconds": 60, "released": True}], "tiny",
                            "toy", "paper")
        self.assertIn("2 of 8 heads score above 0.5.", written)
        self.assertIn("| 256 | 0/2 |", written)
        self.assertNotIn("{", written)


class ScheduleTest(unittest.TestCase):
    def test_all_configs_reach_their_end(self):
        folder = os.path.join(os.path.dirname(__file__), "..", "configs")
        for name in sorted(os.listdir(folder)):
            config = configs.load(os.path.join(folder, name))
            Shape(**config["shape"])
            self.assertEqual(config["phases"][-1]["until"], 1, name)
            for phase in [config["hold"], *config["phases"]]:
                for draw in phase["draws"]:
                    self.assertEqual(draw["tokens"] % draw["length"], 0, name)
            for used in (0.0, 0.5, 0.99):
                phase = schedule.phase_at(config, False, used)
                self.assertGreater(schedule.rate_at(config, phase, used, 10_000), 0)
            self.assertAlmostEqual(schedule.rate_at(config, config["phases"][-1], 1.0, 10_000),
                                   config["final_rate"] * config["phases"][-1].get("rate", 1))

    def test_the_budget_is_of_tokens_or_of_time(self):
        config = {"budget_tokens": 100, "minutes": 1}
        self.assertEqual(schedule.progress(config, 50, 6), 0.5)
        self.assertEqual(schedule.progress(config, 5, 45), 0.75)


class CurvesTest(unittest.TestCase):
    def lines(self, count=8):
        return [{"step": i, "tokens": 1000 * i, "text_loss": 5 - i / 10, "answer_accuracy": None, "pairs": i / 10,
                 "sink": [[0.1, 0.2], [0.3, i / 10]], "previous": [[0, 0], [0.5, 0]], "retrieval": [[0, 0], [0, i / 10]]}
                for i in range(1, count + 1)]

    def test_what_was_learned_again_counts_once(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.jsonl")
            with open(path, "w") as file:
                for step, loss in ((20, 5), (40, 4), (60, 9), (40, 3), (60, 2)):
                    file.write(json.dumps({"step": step, "tokens": step, "text_loss": loss}) + "\n")
            self.assertEqual([line["text_loss"] for line in curves.read(path)], [5, 3, 2])

    def test_the_app_gets_few_points_and_the_last_one(self):
        data = curves.data([*self.lines(1000), {"step": 1001, "tokens": 1001000, "pairs": 1, "released": True}])
        self.assertEqual((data["tokens"], data["released"]), (1001000, 1001000))
        pairs = next(curve for panel in data["panels"] for curve in panel["curves"] if curve["name"].startswith("held"))
        self.assertLessEqual(len(pairs["points"]), curves.POINTS)
        self.assertEqual(pairs["points"][-1], [1001000, 1])

    def test_draws_what_a_log_has(self):
        lines = self.lines()
        drawn = curves.draw(lines, "A & B")
        self.assertIn("A &amp; B", drawn)
        self.assertIn("layer 1", drawn)
        self.assertNotIn("nan", drawn)

    def test_compares_what_runs_have_in_common(self):
        drawn = curves.draw_compared({"plain": self.lines(), "priced": self.lines(4)}, "Two runs")
        self.assertEqual(drawn.count(">plain</text>"), drawn.count(">priced</text>"))
        self.assertIn("with a sink above 0.3", drawn)
        self.assertNotIn("Window", drawn)


if __name__ == "__main__":
    unittest.main()
