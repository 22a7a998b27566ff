"""Bodies for bench tickets: a few hundred common words in whole sentences, thousands of rare ones as names.

Word frequencies decide how honest a search is measured, so they follow real calls: "người dân" and "kiểm tra" stand in
most tickets, a street in some hundreds, a shop's or a person's name in a handful.
"""

from random import Random

OPENINGS = (
    "Người dân phản ánh", "Người dân báo", "Bà con khu phố phản ánh", "Tôi xin phản ánh", "Chị gọi điện báo",
    "Anh báo qua tổng đài", "Cư dân chung cư phản ánh", "Phụ huynh học sinh phản ánh", "Hộ kinh doanh phản ánh",
)
TIMES = (
    "từ sáng nay", "từ tối hôm qua", "từ khoảng 22 giờ đêm", "suốt một tuần nay", "hơn một tháng nay", "đã nhiều ngày",
    "mỗi khi trời mưa", "vào giờ cao điểm", "vào cuối tuần", "ngày nào cũng vậy", "từ đầu tháng", "sau cơn mưa lớn",
)
EFFECTS = (
    "gây cản trở giao thông, xe máy phải đi ra giữa đường", "rất nguy hiểm cho người già và trẻ em",
    "bốc mùi hôi thối, ảnh hưởng sức khỏe các hộ xung quanh", "khiến nhiều người đi đường bị té ngã",
    "gây mất mỹ quan đô thị", "làm bà con không ngủ được", "ảnh hưởng đến việc buôn bán của các hộ dân",
    "nước tràn vào nhà dân", "gây kẹt xe kéo dài", "học sinh đi học về rất nguy hiểm", "chưa thấy đơn vị nào xử lý",
    "đã báo nhiều lần nhưng chưa được giải quyết", "làm hư hỏng đồ đạc trong nhà", "khói bụi bay mù mịt cả khu phố",
)
REQUESTS = (
    "Nhờ cơ quan chức năng kiểm tra, xử lý.", "Đề nghị đơn vị có thẩm quyền sớm khắc phục.",
    "Mong được phản hồi sớm.", "Đề nghị xử lý dứt điểm, trả lời cho người dân biết.",
    "Kính nhờ địa phương xuống kiểm tra thực tế.", "Đề nghị có phương án lâu dài.",
)
LANDMARKS = ("quán", "tiệm", "cửa hàng", "hẻm bên hông", "trước nhà ông", "trước nhà bà", "đối diện quán", "chung cư")
REPLIES = (
    "Đơn vị đã kiểm tra thực tế, phối hợp xử lý xong và thông báo cho người dân.",
    "Ủy ban nhân dân đã cử cán bộ kiểm tra, nhắc nhở và lập biên bản theo quy định.",
    "Đơn vị đã khắc phục sự cố, đề nghị người dân tiếp tục theo dõi.",
)
FAMILIES = "Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()

_INITIALS = "b c ch d đ g gi h k kh l m n ng nh ph qu r s t th tr v x".split()
_RIMES = """a ai am an ang anh ao âu ây ân âm ang ăn ăng ê em en eo êu i iên iêu im in inh o oa oan oanh oi on ong ô ôi
ôn ông ơ ơn u uân ui ung uy uyên uyêt ư ương ươi y yên á ái ánh áo ấn ầu ế ến ệ ì ích iệp iệt ình òa oàng óc ồng ổ ộc
ợi ù úc ũng ưởng ượng ữ ỳ ý ỹ ạch ảo ạnh ặng ậu ọc ọng ủy ục ừng""".split()
SYLLABLES = sorted({(i + r).capitalize() for i in _INITIALS for r in _RIMES})
Random(1022).shuffle(SYLLABLES)


def rare(chance: Random) -> str:
    """One of some two thousand syllables, the later ones ever rarer."""
    return SYLLABLES[int(len(SYLLABLES) * chance.random() ** 2.5)]


def body(chance: Random, subject: str, street: str, unit: str) -> str:
    """120–260 characters about `subject` (a category's keyword) at a house of `street`."""
    one = chance.choice
    return (
        f"{one(OPENINGS)} {subject} tại số {int(500 * chance.random() ** 1.5) + 1} {street}, {unit}, "
        f"{one(LANDMARKS)} {rare(chance)} {rare(chance)}, {one(TIMES)}, {one(EFFECTS)}. {one(REQUESTS)}"
    )


def person(chance: Random, number: int) -> dict:
    """A caller with a phone of the prefix 095, which no network uses."""
    return {"name": f"{chance.choice(FAMILIES)} {rare(chance)} {rare(chance)}", "phone": f"+8495{number:07d}"}
