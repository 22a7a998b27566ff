"""The administrator's first page: what they look after, each a list of the admin, and how the system is."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.roles import Role
from hcmc_ioc import health
from hcmc_ioc.lib import words
from notifications import sending
from reports import making
from signals import watching

admin.site.site_header = admin.site.site_title = admin.site.index_title = _("Quản trị")
admin.site.enable_nav_sidebar = False
admin.site.empty_value_display = "–"


@dataclass(frozen=True)
class Matter:
    """Rows of one kind, by the name of their model ("districts.unit"); their title is the model's own. A `page` of ours
    is opened instead of the admin's list, and is for the role."""

    model: str
    text: str
    icon: str
    page: str = ""

    @property
    def title(self) -> str:
        return capfirst(apps.get_model(self.model)._meta.verbose_name_plural)

    @property
    def app_label(self) -> str:
        return self.model.partition(".")[0]

    @property
    def url(self) -> str:
        return reverse(self.page or f"admin:{self.model.replace('.', '_')}_changelist")

    def is_for(self, user) -> bool:
        if self.app_label == "feedback" and "hotline" not in settings.MODULES:
            return False
        if self.page:
            return user.role == Role.ADMINISTRATOR
        app, model = self.model.split(".")
        return user.is_staff and (user.has_perm(f"{app}.view_{model}") or user.has_perm(f"{app}.change_{model}"))


ROOMS = (
    (_("Con người"), (
        Matter("accounts.user", _("Ai đăng nhập, với vai trò nào, ở đơn vị nào; đặt lại mật khẩu, khóa tài khoản."),
               "users"),
        Matter("accounts.attempt", _("Ai đăng nhập, ai nhập sai, từ đâu; bỏ tạm dừng đăng nhập."), "lock",
               page="sign_ins"),
        Matter("auth.group", _("Cho người khác cùng quản lý một phần danh mục."), "shield"),
    )),
    (_("Dữ liệu của người dân"), (
        Matter("feedback.reading", _("Ai đã xem thông tin người phản ánh, tải danh sách, đọc qua API."), "eye",
               page="read_log"),
    )),
    (_("Kết nối"), (
        Matter("accounts.client", _("Hệ thống của đơn vị khác đọc và ghi ở đây: quyền, mã bí mật, thu hồi."),
               "plug-connected", page="clients"),
        Matter("indicators.pull", _("Nơi hệ thống tự lấy số liệu: địa chỉ, lịch, lần lấy gần nhất, nguồn trục trặc."),
               "refresh", page="pulls"),
        Matter("indicators.pullhost",
               _("Những máy chủ được phép gọi để lấy số liệu; ngoài danh sách này không gọi đâu cả."), "shield"),
    )),
    (_("Thông báo"), (
        Matter("notifications.mail", _("Thư báo đã gửi, đang chờ, không gửi được; gửi lại."), "mail", page="mail_log"),
        Matter("notifications.mailrule", _("Thông báo nào gửi cả thư, cho vai trò nào, sau bao lâu chưa đọc."),
               "bell"),
    )),
    (_("Lịch làm việc"), (
        Matter("districts.calendarday", _("Ngày nghỉ lễ, ngày làm bù; hạn xử lý tính theo đây."), "calendar-due"),
        Matter("districts.workingspan", _("Giờ hành chính của Thành phố và của đơn vị có giờ riêng."), "hourglass"),
    )),
    (_("Phòng trực"), (
        Matter("live.device", _("Thêm màn hình ở phòng trực, thu hồi màn hình không còn dùng."), "device-tv",
               page="screens"),
    )),
    (_("Phản ánh"), (
        Matter("feedback.category", _("Lĩnh vực, nhóm vấn đề và từ khóa gợi ý khi tiếp nhận."), "tag"),
        Matter("feedback.deadlinerule", _("Hạn xử lý theo quy chế và các giới hạn quanh hạn đó."), "clock"),
        Matter("feedback.routingrule", _("Loại việc nào giao cho đơn vị nào."), "route"),
        Matter("feedback.channel", _("Người dân phản ánh qua những đường nào."), "phone-incoming"),
    )),
    (_("Số liệu"), (
        Matter("indicators.indicator", _("Danh mục chỉ số: định nghĩa, nguồn, chỉ tiêu, ai được xem."), "chart-bar"),
        Matter("indicators.valueset", _("Biểu số liệu: gồm những ô nào, ai phải gửi, hạn gửi, ai phụ trách."), "table"),
    )),
    (_("Báo cáo"), (
        Matter("reports.reporttype", _("Báo cáo nào tự lập: kỳ, giờ chốt số liệu, các phần, nơi nhận."), "file-text"),
    )),
    (_("Trung tâm điều hành, đầu tư"), (
        Matter("coordination.connectionrule", _("Thế nào là kết nối tốt, thế nào là kém."), "plug-connected"),
        Matter("coordination.centresetting", _("Báo trước hạn thuê, nhịp độ triển khai tính trong bao lâu."),
               "settings"),
        Matter("coordination.centremodule", _("Những phân hệ mà trung tâm có thể dùng."), "layout-dashboard"),
        Matter("coordination.maturityscale", _("Năm mức và tiêu chí; bản mới nối tiếp bản cũ."), "trending-up"),
        Matter("coordination.component", _("Thành phần nào ai trả tiền, đã có bản dùng chung chưa."), "coin"),
        Matter("coordination.tier", _("Kinh phí, rủi ro nào thì ai ký, trong bao lâu."), "flag"),
        Matter("coordination.risk", _("Những câu hỏi rủi ro của phiếu lấy ý kiến."), "alert-triangle"),
        Matter("coordination.matchrule", _("Hai hạng mục giống nhau từ mức nào."), "adjustments-horizontal"),
        Matter("coordination.wordgroup", _("Từ đồng nghĩa khi tìm hạng mục trùng."), "language"),
    )),
    (_("Đơn vị"), (
        Matter("districts.unit", _("Tên gọi, cấp trên, điện thoại và thời gian hiệu lực của từng đơn vị."),
               "building-community"),
        Matter("districts.succession", _("Đơn vị nào tiếp nối đơn vị đã sáp nhập hoặc giải thể."), "arrows-exchange"),
    )),
)

PARTS = {
    "database": _("Cơ sở dữ liệu"),
    "writes": _("Ghi dữ liệu"),
    "migrations": _("Bản cập nhật dữ liệu"),
    "database_log": _("Nhật ký cơ sở dữ liệu"),
    "cache": _("Bộ nhớ đệm"),
    "channel_layer": _("Cập nhật trực tiếp"),
    "beat": _("Hẹn giờ"),
    "worker": _("Xử lý nền"),
    "tick": _("Theo dõi hạn xử lý"),
    "fold": _("Cộng số liệu"),
}
WITHOUT = {
    "writes": _("Không ghi được dữ liệu: phản ánh mới không lưu được. Kiểm tra chỗ trống của ổ đĩa cơ sở dữ liệu."),
    "database_log":
        _("Nhật ký cơ sở dữ liệu ghi cả lời và số điện thoại người dân. Đặt lại cấu hình theo hướng dẫn vận hành."),
    "cache": _("Bộ nhớ đệm không trả lời: trang chậm hơn, màn hình cập nhật mỗi 10 giây thay vì tức thì."),
    "channel_layer": _("Cập nhật trực tiếp không chạy: màn hình cập nhật mỗi 10 giây thay vì tức thì."),
    "beat":
        _("Hẹn giờ đã dừng: số quá hạn không đổi theo giờ, việc định kỳ không chạy. Khởi động lại dịch vụ hẹn giờ."),
    "worker": _("Xử lý nền đã dừng: số liệu, tệp tải về và webhook đứng yên. Khởi động lại dịch vụ xử lý nền."),
    "tick": _("Hạn xử lý chưa được rà soát: số quá hạn trên màn hình có thể cũ."),
    "fold": _("Số liệu chưa được cộng: các màn hình đang hiển thị số cũ."),
}
LATE = 60  # seconds that background work may be behind before it is worth a word


@login_required
def index(request):
    """The admin's own index is ours."""
    if not request.user.is_staff:
        raise Http404
    return redirect("administration")


@never_cache
@login_required
def page(request):
    if not request.user.is_administrator:
        raise Http404
    rooms = [(title, [matter for matter in matters if matter.is_for(request.user)]) for title, matters in ROOMS]
    context = {"rooms": [(title, matters) for title, matters in rooms if matters]}
    return render(request, "administration.html", context | _system())


def _system() -> dict:
    found = health.state()
    behind = max(found["behind"].values(), default=0)
    reports = making.progress(timezone.now())
    still = {name for name, outcome in found["checks"].items() if outcome != "ok"} | set(found["degraded"])
    return {
        "ready": found["ready"] and not still & PARTS.keys(),
        "parts": [(label, name not in still) for name, label in PARTS.items()],
        "troubles": [text for name, text in WITHOUT.items() if name in still],
        "reports": reports,
        "mail": sending.progress(),
        "broken_rules": watching.broken(),
        "behind": words.duration(behind) if behind > LATE else "",
    }
