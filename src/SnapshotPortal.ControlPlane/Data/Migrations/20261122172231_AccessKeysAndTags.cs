using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SnapshotPortal.ControlPlane.Data.Migrations
{
    /// <inheritdoc />
    public partial class AccessKeysAndTags : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_AccessKeys_AccountId",
                table: "AccessKeys");

            migrationBuilder.AddColumn<long>(
                name: "ExpiresAt",
                table: "AccessKeys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsActive",
                table: "AccessKeys",
                type: "INTEGER",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<long>(
                name: "LastUsedAt",
                table: "AccessKeys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Name",
                table: "AccessKeys",
                type: "TEXT",
                maxLength: 128,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "RoleMax",
                table: "AccessKeys",
                type: "TEXT",
                maxLength: 16,
                nullable: false,
                defaultValue: "Owner");

            migrationBuilder.CreateTable(
                name: "Tags",
                columns: table => new
                {
                    ResourceId = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Value = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceType = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tags", x => new { x.ResourceId, x.Key });
                });

            migrationBuilder.CreateIndex(
                name: "IX_AccessKeys_AccountId_UserId",
                table: "AccessKeys",
                columns: new[] { "AccountId", "UserId" });

            migrationBuilder.CreateIndex(
                name: "IX_Tags_AccountId_ResourceType_ResourceId",
                table: "Tags",
                columns: new[] { "AccountId", "ResourceType", "ResourceId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Tags");

            migrationBuilder.DropIndex(
                name: "IX_AccessKeys_AccountId_UserId",
                table: "AccessKeys");

            migrationBuilder.DropColumn(
                name: "ExpiresAt",
                table: "AccessKeys");

            migrationBuilder.DropColumn(
                name: "IsActive",
                table: "AccessKeys");

            migrationBuilder.DropColumn(
                name: "LastUsedAt",
                table: "AccessKeys");

            migrationBuilder.DropColumn(
                name: "Name",
                table: "AccessKeys");

            migrationBuilder.DropColumn(
                name: "RoleMax",
                table: "AccessKeys");

            migrationBuilder.CreateIndex(
                name: "IX_AccessKeys_AccountId",
                table: "AccessKeys",
                column: "AccountId");
        }
    }
}
