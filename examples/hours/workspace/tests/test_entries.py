import unittest

from hours.entries import Entry, clock, read


class Entries(unittest.TestCase):
    def test_an_entry_lasts_from_begin_to_end(self) -> None:
        self.assertEqual(Entry("2026-10-01", "lighthouse", "09:10", "12:00", "").minutes, 170)

    def test_an_entry_may_be_over_at_once(self) -> None:
        self.assertEqual(Entry("2026-10-01", "lighthouse", "09:10", "09:10", "").minutes, 0)

    def test_what_is_no_time_of_day_is_refused(self) -> None:
        for text in ("24:00", "9", "09:60"):
            with self.assertRaises(ValueError):
                clock(text)

    def test_the_sheet_is_read_whole(self) -> None:
        entries = read("sheet.csv")
        self.assertEqual(len(entries), 10)
        self.assertEqual(entries[3].what, "trial of the lamp, by night")


if __name__ == "__main__":
    unittest.main()
